// syncline/server: what functions have beside convex/server.
export type { StrictOptions } from "../engine/application.ts";
export { type HistoryEntry, type HistoryOptions, history, restore } from "./history.ts";
export { strict } from "./strict.ts";
