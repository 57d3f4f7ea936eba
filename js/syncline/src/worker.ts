// syncline/worker: the entry of the dedicated worker that holds the database.
export { serve } from "./client/worker.ts";
export type { App, FunctionInfo } from "./engine/application.ts";
