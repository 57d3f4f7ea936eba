// syncline: the client for a page. The worker is syncline/worker, Node's client syncline/node.
export { SynclineClient, type SynclineClientOptions } from "./client/client.ts";
export type {
  MutationKey,
  MutationOptions,
  MutationStages,
  PendingMutation,
  RefusedMutation,
  SqlResult,
  Syncline,
  SyncStatus,
  UndoEntry,
  UndoneMutation,
  UndoScope,
  UndoState,
} from "./client/types.ts";
export type { StrictOptions } from "./engine/application.ts";
export { type ErrorCode, SynclineError } from "./error.ts";
