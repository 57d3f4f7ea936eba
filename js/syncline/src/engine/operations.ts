// The operations of the C boundary, as shared/abi/syncline.h numbers and describes them.
import type { JSONValue } from "convex/values";
import type { ErrorCode, ErrorData } from "../error.ts";

export const operation = {
  begin: 1,
  commit: 2,
  abort: 3,
  keep: 4,
  drop: 5,
  subBegin: 6,
  subCommit: 7,
  subRollback: 8,
  metrics: 9,
  get: 10,
  insert: 11,
  patch: 12,
  replace: 13,
  delete: 14,
  streamOpen: 15,
  streamNext: 16,
  streamClose: 17,
  normalizeId: 18,
  validate: 19,
  validator: 20,
  page: 21,
  systemWrite: 22,
  import: 23,
  vectorSearch: 24,
  streamBlock: 25,
  sql: 26,
  filePut: 27,
  fileGet: 28,
  restore: 29,
  connected: 30,
  receive: 31,
  send: 32,
  disconnected: 33,
  renew: 34,
  ping: 35,
  events: 40,
  pending: 41,
  refused: 42,
  dismiss: 43,
  tenants: 44,
  undo: 50,
  undoState: 51,
  undoClear: 52,
} as const;

export type Operation = (typeof operation)[keyof typeof operation];

export interface Committed {
  tenant: string | null;
  number: number | null;
}

// What an undo or redo took back or did again; nulls if there was nothing.
export interface Undone extends Committed {
  path: string | null;
  args: JSONValue;
}

export interface UndoReport {
  path: string;
  at: number;
}

// What can be undone and redone in a scope, newest first.
export interface UndoReports {
  undo: readonly UndoReport[];
  redo: readonly UndoReport[];
}

export interface StreamPage {
  page: JSONValue[];
  done: boolean;
}

// A page of a paginated query.
export interface QueryPage {
  page: JSONValue[];
  isDone: boolean;
  continueCursor: string;
  splitCursor: string | null;
  pageStatus: null | "SplitRecommended" | "SplitRequired";
}

export interface Use {
  used: number;
  remaining: number;
}

// What the core counts of a transaction.
export interface CoreMetrics {
  bytesRead: Use;
  bytesWritten: Use;
  databaseQueries: Use;
  documentsRead: Use;
  documentsWritten: Use;
}

export interface PendingReport {
  tenant: string;
  number: number;
  path: string;
  args: JSONValue;
  at: number;
  strict: boolean;
  rows: { table: string; id: string }[];
}

export interface RefusedReport {
  tenant: string;
  number: number;
  code: ErrorCode;
  message: string;
  table: string | null;
  row: string | null;
  rule: string | null;
  path: string;
  args: JSONValue;
  at: number;
  strict: boolean;
}

export interface CoreEvents {
  invalidated: number[];
  settled: { tenant: string; number: number }[];
  refused: RefusedReport[];
  pending: number;
  welcomed: boolean;
  synced: boolean;
  fault: ErrorData | null;
  recovered: { change_sets: number; complete: boolean } | null;
}
