// SynclineClient: the page's side. The database, the functions and the connection to the relay are in a
// dedicated worker (worker.ts); this hands on what is asked and keeps what the worker reports.
import {
  type FunctionArgs,
  type FunctionReference,
  type FunctionReturnType,
  getFunctionName,
} from "convex/server";
import { convexToJson, type Value } from "convex/values";
import { failureOf, type Outcome } from "../engine/outcome.ts";
import { dataToError, SynclineError } from "../error.ts";
import { type LoopbackEvents, type LoopbackPeer, makeWebSocketClass } from "./loopback-socket.ts";
import type { PageMessage, WorkerMessage } from "./messages.ts";
import { requireOptions } from "./options.ts";
import { ReportsView } from "./reports-view.ts";
import { failureToError, resultOf, StageSettler, sqlResultOf } from "./stages.ts";
import type {
  MutationKey,
  MutationOptions,
  MutationStages,
  PendingMutation,
  RefusedMutation,
  SqlResult,
  Syncline,
  SyncStatus,
  UndoneMutation,
  UndoScope,
  UndoState,
} from "./types.ts";
import { firstState, withUndo } from "./undo-scope.ts";

export interface SynclineClientOptions {
  /** A module worker that calls serve(app) of "syncline/worker". */
  worker: Worker;
  /** The relay, as "https://relay.example.org". Without it the data stay on this device. */
  url?: string;
  /** "opfs" keeps data on the device; "memory" forgets them with the page. Never one for the other. */
  storage: "opfs" | "memory";
  /** Tells applications on one origin apart: letters, digits, "-", "_", at most 60. */
  name?: string;
  /** In which scope a mutation can be undone, if in any. Asked for every call, also those of convex/react. */
  undo?: UndoScope;
}

// A page that was hidden for longer may have lost its connection without knowing it.
const hiddenMs = 30_000;
// A worker that does not answer by then is ended.
const closeTimeoutMs = 5_000;

export class SynclineClient implements Syncline {
  readonly address: string;
  readonly webSocketConstructor: typeof WebSocket;
  private readonly worker: Worker;
  private readonly reports: ReportsView;
  private readonly sockets = new Map<number, LoopbackEvents>();
  private readonly mutations = new Map<number, StageSettler>();
  private readonly calls = new Map<number, { resolve(): void; reject(error: unknown): void }>();
  private readonly runs = new Map<number, (outcome: Outcome) => void>(); // of queries and actions
  private readonly followed = new Map<number, (outcome: Outcome) => void>(); // live SQL
  private readonly undoStates = new Map<number, (state: UndoState) => void>();
  private readonly undoScope: UndoScope | undefined;
  private next = 1;
  private readonly listening = new AbortController();
  private closed: Promise<void> | undefined;

  constructor(options: SynclineClientOptions) {
    const { worker, url, storage, name = "app", undo } = options;
    if (storage !== "opfs" && storage !== "memory") {
      throw new SynclineError("invalid", `storage must be "opfs" or "memory", not "${storage}"`);
    }
    requireOptions(url, name);
    this.worker = worker;
    this.address = url ?? "http://localhost";
    this.undoScope = undo;
    this.webSocketConstructor = makeWebSocketClass((events) => this.dial(events), undo);
    this.reports = new ReportsView(storage === "opfs" ? "durable" : "memory");
    worker.addEventListener("message", (event: MessageEvent<WorkerMessage>) =>
      this.receive(event.data),
    );
    worker.addEventListener("error", (event) => this.reportWorkerFailure(event));
    this.post({ type: "open", options: { url: url ?? null, storage, name } });
    this.watchPage();
  }

  status(): SyncStatus {
    return this.reports.status.get();
  }
  onStatus(callback: (status: SyncStatus) => void): () => void {
    return this.reports.status.on(callback);
  }
  pending(): readonly PendingMutation[] {
    return this.reports.pending.get();
  }
  onPending(callback: (pending: readonly PendingMutation[]) => void): () => void {
    return this.reports.pending.on(callback);
  }
  refused(): readonly RefusedMutation[] {
    return this.reports.refused.get();
  }
  onRefused(callback: (refused: readonly RefusedMutation[]) => void): () => void {
    return this.reports.refused.on(callback);
  }

  dismiss({ tenant, number }: MutationKey): Promise<void> {
    return this.call((call) => ({ type: "dismiss", call, key: { tenant, number } }));
  }

  retry({ tenant, number }: MutationKey, options: MutationOptions = {}): MutationStages<unknown> {
    const key: MutationKey = { tenant, number };
    const sent = withUndo(this.undoScope, options, this.reports.refused.find(key));
    return this.mutate((call) => ({ type: "retry", call, key, options: sent }));
  }

  mutation<Mutation extends FunctionReference<"mutation">>(
    reference: Mutation,
    args: FunctionArgs<Mutation>,
    options: MutationOptions = {},
  ): MutationStages<FunctionReturnType<Mutation>> {
    const path = getFunctionName(reference);
    const json = convexToJson(args as Value);
    const sent = withUndo(this.undoScope, options, { path, args: json });
    return this.mutate((call) => ({ type: "mutation", call, path, args: json, options: sent }));
  }

  undo(scope: string): MutationStages<UndoneMutation | null> {
    return this.mutate((call) => ({ type: "undo", call, scope, redo: false }));
  }

  redo(scope: string): MutationStages<UndoneMutation | null> {
    return this.mutate((call) => ({ type: "undo", call, scope, redo: true }));
  }

  undoState(scope: string): Promise<UndoState> {
    return firstState((callback) => this.onUndoState(scope, callback));
  }

  onUndoState(scope: string, callback: (state: UndoState) => void): () => void {
    const call = this.next++;
    this.undoStates.set(call, callback);
    this.post({ type: "undoStart", call, scope });
    return () => {
      if (this.undoStates.delete(call)) this.post({ type: "undoStop", call });
    };
  }

  clearUndo(scope: string): Promise<void> {
    return this.call((call) => ({ type: "undoClear", call, scope }));
  }

  async query<Query extends FunctionReference<"query">>(
    reference: Query,
    args: FunctionArgs<Query>,
  ): Promise<FunctionReturnType<Query>> {
    return await this.run("query", reference, args as Value);
  }

  async action<Action extends FunctionReference<"action">>(
    reference: Action,
    args: FunctionArgs<Action>,
  ): Promise<FunctionReturnType<Action>> {
    return await this.run("action", reference, args as Value);
  }

  async sql(text: string, args: Value[] = []): Promise<SqlResult> {
    const json = args.map(convexToJson);
    return sqlResultOf(await this.ask((call) => ({ type: "sql", call, text, args: json })));
  }

  onSql(
    text: string,
    args: Value[],
    callback: (result: SqlResult) => void,
    onError: (error: Error) => void = reportError,
  ): () => void {
    const call = this.next++;
    this.followed.set(call, (outcome) => {
      if (outcome.ok) callback(sqlResultOf(outcome));
      else onError(failureToError(outcome.failure));
    });
    this.post({ type: "sqlStart", call, text, args: args.map(convexToJson) });
    return () => {
      if (this.followed.delete(call)) this.post({ type: "sqlStop", call });
    };
  }

  setOnline(online: boolean): void {
    this.post({ type: "setOnline", online });
  }

  /** Asks the browser never to evict the data on the device by itself; true if it agrees. */
  async persist(): Promise<boolean> {
    return (await navigator.storage?.persist?.()) ?? false;
  }

  close(): Promise<void> {
    this.closed ??= this.closeNow();
    return this.closed;
  }

  private async closeNow(): Promise<void> {
    const late = new Promise<void>((resolve) => setTimeout(resolve, closeTimeoutMs));
    await Promise.race([this.call((call) => ({ type: "close", call })), late]);
    this.listening.abort();
    this.worker.terminate();
    for (const events of this.sockets.values()) events.closed("the client was closed");
    this.sockets.clear();
    const failure = failureOf(new SynclineError("unavailable", "the client has been closed"));
    for (const settle of this.runs.values()) settle({ ok: false, failure });
    this.runs.clear();
    this.followed.clear();
    this.undoStates.clear();
  }

  private dial(events: LoopbackEvents): LoopbackPeer {
    const socket = this.next++;
    this.sockets.set(socket, events);
    this.post({ type: "socketOpen", socket });
    return {
      send: (text, undo) => this.post({ type: "socketSend", socket, text, undo }),
      close: () => {
        if (this.sockets.delete(socket)) this.post({ type: "socketClose", socket });
      },
    };
  }

  private async run(
    type: "query" | "action",
    reference: FunctionReference<"query" | "action">,
    args: Value,
  ): Promise<FunctionReturnType<FunctionReference<"query" | "action">>> {
    const path = getFunctionName(reference);
    const json = convexToJson(args);
    return resultOf(await this.ask((call) => ({ type, call, path, args: json })));
  }

  private ask(message: (call: number) => PageMessage): Promise<Outcome> {
    const call = this.next++;
    return new Promise((settle) => {
      this.runs.set(call, settle);
      this.post(message(call));
    });
  }

  private mutate(message: (call: number) => PageMessage): MutationStages<never> {
    const call = this.next++;
    const settler = new StageSettler();
    this.mutations.set(call, settler);
    this.post(message(call));
    return settler.stages() as MutationStages<never>;
  }

  private call(message: (call: number) => PageMessage): Promise<void> {
    const call = this.next++;
    return new Promise((resolve, reject) => {
      this.calls.set(call, { resolve, reject });
      this.post(message(call));
    });
  }

  private receive(message: WorkerMessage): void {
    switch (message.type) {
      case "reports":
        this.reports.take(message.reports);
        break;
      case "socketMessage":
        this.sockets.get(message.socket)?.message(message.text);
        break;
      case "socketClosed": {
        const events = this.sockets.get(message.socket);
        this.sockets.delete(message.socket);
        events?.closed(message.reason);
        break;
      }
      case "stage":
        this.mutations.get(message.call)?.reached(message.stage, message.value);
        if (message.stage === "accepted") this.mutations.delete(message.call);
        break;
      case "stageFailed":
        this.mutations.get(message.call)?.failed(message.stage, message.error, message.data);
        this.mutations.delete(message.call);
        break;
      case "outcome":
        this.followed.get(message.call)?.(message.outcome);
        this.runs.get(message.call)?.(message.outcome);
        this.runs.delete(message.call);
        break;
      case "undoState":
        this.undoStates.get(message.call)?.(message.state);
        break;
      case "done":
        this.calls.get(message.call)?.resolve();
        this.calls.delete(message.call);
        break;
      case "failed":
        this.calls.get(message.call)?.reject(dataToError(message.error));
        this.calls.delete(message.call);
        break;
      default:
        message satisfies never;
    }
  }

  // The worker's script did not load, or threw outside of any call.
  private reportWorkerFailure(event: ErrorEvent): void {
    const message = `the worker failed: ${event.message || "its script could not be loaded"}`;
    this.reports.take({
      status: { ...this.status(), problem: { code: "unavailable", message } },
    });
  }

  // A page that comes to the front or finds its network again does not wait for the next attempt.
  private watchPage(): void {
    if (typeof window === "undefined") return;
    const wake = (): void => this.post({ type: "wake" });
    const { signal } = this.listening;
    window.addEventListener("online", wake, { signal });
    let hiddenSinceMs = Date.now();
    document.addEventListener(
      "visibilitychange",
      () => {
        if (document.visibilityState === "hidden") hiddenSinceMs = Date.now();
        else if (Date.now() - hiddenSinceMs > hiddenMs) wake();
      },
      { signal },
    );
  }

  private post(message: PageMessage): void {
    this.worker.postMessage(message);
  }
}
