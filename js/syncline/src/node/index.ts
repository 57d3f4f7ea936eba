// syncline/node: the same client for Node, without a worker: for tests, servers and scripts.
export { loadApp } from "../bundle/load.ts";
export type {
  MutationKey,
  MutationOptions,
  MutationStages,
  PendingMutation,
  RefusedMutation,
  SqlResult,
  Syncline,
  SyncStatus,
} from "../client/types.ts";
export type { App } from "../engine/application.ts";
export { type ErrorCode, SynclineError } from "../error.ts";
export { openSyncline, type SynclineNode, type SynclineNodeOptions } from "./node.ts";
