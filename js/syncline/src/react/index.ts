// syncline/react: hooks for what Convex's own do not tell: sync status, pending and refused mutations, undo,
// and plain SQL.
import { convexToJson, type Value } from "convex/values";
import {
  createContext,
  createElement,
  type ReactNode,
  useContext,
  useMemo,
  useSyncExternalStore,
} from "react";
import type {
  PendingMutation,
  RefusedMutation,
  SqlResult,
  Syncline,
  SyncStatus,
} from "../client/types.ts";
import { LiveSql } from "./live-sql.ts";
import { LiveUndo } from "./live-undo.ts";

const SynclineContext = createContext<Syncline | null>(null);

/** Gives the client to the hooks below. Convex's own provider stands beside it. */
export function SynclineProvider(props: { client: Syncline; children?: ReactNode }): ReactNode {
  return createElement(SynclineContext.Provider, { value: props.client }, props.children);
}

/** The client itself, for mutation(), dismiss(), retry(), setOnline(). */
export function useSyncline(): Syncline {
  const client = useContext(SynclineContext);
  if (!client) throw new Error("useSyncline: there is no SynclineProvider above this component");
  return client;
}

export function useSyncStatus(): SyncStatus {
  const client = useSyncline();
  return useSyncExternalStore(
    (callback) => client.onStatus(callback),
    () => client.status(),
    () => client.status(),
  );
}

/** The mutations that the relay has not decided on, oldest first. */
export function usePendingMutations(): readonly PendingMutation[] {
  const client = useSyncline();
  return useSyncExternalStore(
    (callback) => client.onPending(callback),
    () => client.pending(),
    () => client.pending(),
  );
}

/** The mutations that the relay refused and that nobody has dismissed. */
export function useRefusedMutations(): readonly RefusedMutation[] {
  const client = useSyncline();
  return useSyncExternalStore(
    (callback) => client.onRefused(callback),
    () => client.refused(),
    () => client.refused(),
  );
}

export interface Undo {
  /** Takes back what this person last did in the scope; nothing if there is nothing. Rejects if a rule
   * denies it. */
  undo(): Promise<void>;
  redo(): Promise<void>;
  canUndo: boolean;
  canRedo: boolean;
  /** The function that undo() would take back, as "tasks:rename"; null if there is nothing. */
  undoLabel: string | null;
  redoLabel: string | null;
}

/** Undo and redo of what this person did in a scope, which the client's option `undo` gives to mutations. */
export function useUndo(scope: string): Undo {
  const client = useSyncline();
  const live = useMemo(() => new LiveUndo(client, scope), [client, scope]);
  const { undo, redo } = useSyncExternalStore(live.subscribe, live.state, live.state);
  return useMemo(
    () => ({
      undo: async () => void (await client.undo(scope).applied),
      redo: async () => void (await client.redo(scope).applied),
      canUndo: undo.length > 0,
      canRedo: redo.length > 0,
      undoLabel: undo[0]?.path ?? null,
      redoLabel: redo[0]?.path ?? null,
    }),
    [client, scope, undo, redo],
  );
}

const noArgs: Value[] = [];

/**
 * One read-only SELECT over the tables, kept up to date; undefined until its first result. The same object
 * until the result changes. Throws what is wrong with the statement, for an error boundary to catch.
 */
export function useSql(text: string, args: Value[] = noArgs): SqlResult | undefined {
  const client = useSyncline();
  const key = JSON.stringify(convexToJson(args));
  // biome-ignore lint/correctness/useExhaustiveDependencies: equal arguments are one statement
  const live = useMemo(() => new LiveSql(client, text, args), [client, text, key]);
  const state = useSyncExternalStore(live.subscribe, live.state, live.state);
  if (state.error) throw state.error;
  return state.result;
}
