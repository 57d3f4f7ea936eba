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
} from "./client/types.ts";
export { type ErrorCode, SynclineError } from "./error.ts";
