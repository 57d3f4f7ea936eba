// What applications see of a client: its status, its pending and refused mutations, its calls.
import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";
import type { Value } from "convex/values";
import type { StrictOptions } from "../engine/application.ts";
import type { ErrorData } from "../error.ts";

export type MutationReference = FunctionReference<"mutation">;
export type QueryReference = FunctionReference<"query">;
export type ActionReference = FunctionReference<"action">;

export interface SyncStatus {
  /** The connection to the relay; "offline" also while waiting to try again. */
  connection: "offline" | "connecting" | "online";
  /** "synced": everything that this person may see has arrived. */
  sync: "offline" | "syncing" | "synced";
  /** Mutations that the relay has not decided on. */
  pending: number;
  /** What a finished mutation survives: loss of power, a crash, nothing. */
  storage: "durable" | "relaxed" | "memory";
  /** What a person should know or do something about; null if all is well. */
  problem: ErrorData | null;
}

/** A mutation that is on this device and that the relay has not decided on. */
export interface PendingMutation {
  tenant: string;
  number: number;
  /** The function, as "mutations/schedules:create". */
  path: string;
  args: Record<string, Value>;
  /** When it ran, in Unix milliseconds. */
  at: number;
  /** A strict one does not show in its rows until it is accepted. */
  strict: boolean;
  rows: { table: string; id: string }[];
}

/** A mutation that the relay refused; what it wrote has been undone here. Kept until dismissed. */
export interface RefusedMutation {
  tenant: string;
  number: number;
  code: ErrorData["code"];
  /** A sentence for the person. */
  message: string;
  table: string | null;
  row: string | null;
  rule: string | null;
  path: string;
  args: Record<string, Value>;
  at: number;
  strict: boolean;
}

/** What can be undone and redone in a scope: the functions, newest first. */
export interface UndoState {
  undo: readonly UndoEntry[];
  redo: readonly UndoEntry[];
}

export interface UndoEntry {
  /** As "tasks:rename". */
  path: string;
  /** When it ran, in Unix milliseconds. */
  at: number;
}

/** What undo() took back, or redo() did again. */
export interface UndoneMutation {
  path: string;
  args: Record<string, Value>;
}

/** Says of a mutation in which scope it can be undone, if in any: a document's id, "board", ... */
export type UndoScope = (path: string, args: Record<string, Value>) => string | null;

/** What a statement of SQL gave. */
export interface SqlResult {
  columns: string[];
  rows: Value[][];
}

/** Names one mutation of this device. */
export interface MutationKey {
  tenant: string;
  number: number;
}

// Null if there is no change set: nothing was written, or local rows only.
export function keyOf(
  committed: { tenant: string | null; number: number | null } | null,
): MutationKey | null {
  const { tenant, number } = committed ?? { tenant: null, number: null };
  return tenant === null || number === null ? null : { tenant, number };
}

// For maps and sets.
export function keyText({ tenant, number }: MutationKey): string {
  return `${number} ${tenant}`;
}

export interface MutationOptions {
  /** false: do not judge the rules on the device; the relay does in any case. Default true. */
  preview?: boolean;
  /** true, or how: it runs on what the relay has confirmed, is accepted only if nothing that it read has
   * changed meanwhile, and is run again otherwise. All its stages come when it is accepted and its rows are
   * here. Beside what strict() of syncline/server declares. */
  strict?: true | StrictOptions;
  /** The scope in which it can be undone; null: in none. Without it the client's option `undo` says. */
  undo?: string | null;
}

/** The stages of a mutation. Each may be awaited or left alone. */
export interface MutationStages<Result> {
  /** It ran, and queries show it. Rejects if the function threw or a rule refused it here. */
  applied: Promise<Result>;
  /** It is on the device's disk, as far as status().storage promises. */
  durable: Promise<void>;
  /** The relay accepted it. Rejects with a SynclineError if it refused. Pending while offline. */
  accepted: Promise<void>;
}

/** What the page's client (SynclineClient) and Node's (openSyncline) have in common. */
export interface Syncline {
  /** For ConvexReactClient and ConvexClient: the address, and the WebSocket class to give beside it. */
  readonly address: string;
  readonly webSocketConstructor: typeof WebSocket;

  /** The same object until something changes. */
  status(): SyncStatus;
  /** Calls back after each change. Returns how to stop. */
  onStatus(callback: (status: SyncStatus) => void): () => void;

  /** Oldest first, at most 1000. The same array until something changes. */
  pending(): readonly PendingMutation[];
  onPending(callback: (pending: readonly PendingMutation[]) => void): () => void;
  /** Newest 1000. The same array until something changes. */
  refused(): readonly RefusedMutation[];
  onRefused(callback: (refused: readonly RefusedMutation[]) => void): () => void;
  /** Forgets a refused mutation. */
  dismiss(refused: MutationKey): Promise<void>;
  /** Runs a refused mutation again with the same arguments and, if that applies, dismisses it. Strictly, if
   * it was. Asked for again before the relay has decided, it runs once and tells both. */
  retry(refused: MutationKey, options?: MutationOptions): MutationStages<unknown>;

  /** Takes back what this person last did in the scope and has not taken back. Null if there is nothing. It
   * is a mutation like any other: what others did meanwhile stays, and the rules judge it. */
  undo(scope: string): MutationStages<UndoneMutation | null>;
  /** Does again what undo() last took back. */
  redo(scope: string): MutationStages<UndoneMutation | null>;
  undoState(scope: string): Promise<UndoState>;
  /** Calls back with the state now and whenever it changes. Returns how to stop. */
  onUndoState(scope: string, callback: (state: UndoState) => void): () => void;
  /** Forgets what could be undone and redone in the scope. */
  clearUndo(scope: string): Promise<void>;

  /** One run; for results that follow their data use convex/react or ConvexClient. */
  query<Query extends QueryReference>(
    reference: Query,
    args: FunctionArgs<Query>,
  ): Promise<FunctionReturnType<Query>>;

  mutation<Mutation extends MutationReference>(
    reference: Mutation,
    args: FunctionArgs<Mutation>,
    options?: MutationOptions,
  ): MutationStages<FunctionReturnType<Mutation>>;

  /** Runs on this device. Fails if the person signs out, or the client is closed, before it ends. */
  action<Action extends ActionReference>(
    reference: Action,
    args: FunctionArgs<Action>,
  ): Promise<FunctionReturnType<Action>>;

  /** One read-only statement over the schema's tables: "SELECT name FROM teams WHERE size > ?". Rows are
   * those on this device. */
  sql(text: string, args?: Value[]): Promise<SqlResult>;
  /** Calls back with the result now and whenever it changes. Returns how to stop. */
  onSql(
    text: string,
    args: Value[],
    callback: (result: SqlResult) => void,
    onError?: (error: Error) => void,
  ): () => void;

  /** false: as if the network were cut, until true. */
  setOnline(online: boolean): void;
  /** Ends the connection and gives up the data's files. */
  close(): Promise<void>;
}
