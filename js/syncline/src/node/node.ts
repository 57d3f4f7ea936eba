// openSyncline: a client in this process. Functions run here, on files or in memory.
import { readFile } from "node:fs/promises";
import {
  type FunctionArgs,
  type FunctionReference,
  type FunctionReturnType,
  getFunctionName,
} from "convex/server";
import { convexToJson, type JSONValue, type Value } from "convex/values";
import { WebSocket as NodeWebSocket } from "ws";
import createSyncline from "../../wasm/syncline.mjs";
import { Loopback } from "../client/loopback.ts";
import {
  type LoopbackEvents,
  type LoopbackPeer,
  makeWebSocketClass,
} from "../client/loopback-socket.ts";
import { mutationReporter } from "../client/mutation-reporter.ts";
import { requireOptions } from "../client/options.ts";
import { ReportsView } from "../client/reports-view.ts";
import { type MutationCallbacks, Runtime } from "../client/runtime.ts";
import type { Socket } from "../client/session.ts";
import { failureToError, resultOf, StageSettler, sqlResultOf } from "../client/stages.ts";
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
} from "../client/types.ts";
import { firstState, withUndo } from "../client/undo-scope.ts";
import type { App } from "../engine/application.ts";
import type { Engine } from "../engine/engine.ts";
import { errorToData, SynclineError } from "../error.ts";
import { MemoryStorage } from "../storage/memory.ts";
import { NodeStorage } from "../storage/node.ts";

export interface SynclineNodeOptions {
  /** The application: loadApp(folder), or the module that `syncline bundle` wrote. */
  app: App;
  /** The relay, as "http://localhost:8787". Without it the data stay here. */
  url?: string;
  /** A directory keeps the data, one database a person; "memory" forgets them. */
  storage: "memory" | { directory: string };
  /** Who is signed in: a JWT. Without it: nobody, and no connection. */
  token?: string;
  /** Tells applications in one directory apart. */
  name?: string;
  /** What functions are given as ctx: ours, or that of npm convex itself. Default "syncline". */
  layer?: "syncline" | "convex";
  /** In which scope a mutation can be undone, if in any. */
  undo?: UndoScope;
}

type Query = FunctionReference<"query">;
type Mutation = FunctionReference<"mutation">;

/** Opens the person's database. Throws "conflict" if another process has it open. */
export async function openSyncline(options: SynclineNodeOptions): Promise<SynclineNode> {
  const client = new SynclineNode(options);
  try {
    await client.open(options.token ?? null);
  } catch (error) {
    await client.close();
    throw error;
  }
  return client;
}

export class SynclineNode implements Syncline {
  readonly address: string;
  readonly webSocketConstructor: typeof WebSocket;
  private readonly runtime: Runtime;
  private readonly reports: ReportsView;
  private readonly loopbacks = new Map<Loopback, LoopbackEvents>();
  private readonly undoScope: UndoScope | undefined;

  constructor({ app, url, storage, name = "app", layer = "syncline", undo }: SynclineNodeOptions) {
    requireOptions(url, name);
    const kept = new Map<string, MemoryStorage>();
    const mode = storage === "memory" ? "memory" : "durable";
    this.address = url ?? "http://localhost";
    this.reports = new ReportsView(mode);
    this.runtime = new Runtime({
      app,
      url: url ?? null,
      name,
      storage: mode,
      engineOptions: { layer },
      platform: {
        createModule: createSyncline,
        readWasm: () => readFile(new URL("../../wasm/syncline.wasm", import.meta.url)),
        openStorage: async (database) => {
          if (storage !== "memory") return NodeStorage.open(storage.directory, database);
          const memory = kept.get(database) ?? new MemoryStorage();
          kept.set(database, memory);
          return memory;
        },
      },
      makeSocket: (address) => new NodeWebSocket(address) as unknown as Socket,
      onReports: (reports) => this.reports.take(reports),
    });
    this.undoScope = undo;
    this.webSocketConstructor = makeWebSocketClass((events) => this.dial(events), undo);
  }

  /** Called by openSyncline. */
  async open(token: string | null): Promise<void> {
    await this.runtime.setToken(token);
    await this.runtime.engine();
  }

  /** Another person's token opens their data instead, null nobody's; a newer one of the same renews. */
  async setToken(token: string | null): Promise<void> {
    await this.open(token);
  }

  /** For programs of this package: the database that functions run on. */
  engine(): Promise<Engine> {
    return this.runtime.engine();
  }

  async query<Reference extends Query>(
    reference: Reference,
    args: FunctionArgs<Reference>,
  ): Promise<FunctionReturnType<Reference>> {
    const path = getFunctionName(reference);
    return resultOf(await this.runtime.query(path, toJson(args))) as FunctionReturnType<Reference>;
  }

  async action<Reference extends FunctionReference<"action">>(
    reference: Reference,
    args: FunctionArgs<Reference>,
  ): Promise<FunctionReturnType<Reference>> {
    const path = getFunctionName(reference);
    return resultOf(await this.runtime.action(path, toJson(args))) as FunctionReturnType<Reference>;
  }

  /** Answers a request by the application's convex/http.ts, on behalf of the person who is signed in:
   * nobody looks at the request's own token. Takes a path ("/hooks/paid") or a whole Request. */
  async fetch(request: string | Request, init?: RequestInit): Promise<Response> {
    const engine = await this.runtime.engine();
    const url = typeof request === "string" ? new URL(request, "http://localhost") : request;
    return engine.httpAction(new Request(url, init));
  }

  /** Calls back with the result now and whenever it changes. Returns how to stop. */
  onUpdate<Reference extends Query>(
    reference: Reference,
    args: FunctionArgs<Reference>,
    callback: (result: FunctionReturnType<Reference>) => void,
    onError: (error: Error) => void = (error) => {
      throw error;
    },
  ): () => void {
    return this.runtime.onQuery(getFunctionName(reference), toJson(args), (outcome) => {
      if (outcome.ok) callback(resultOf(outcome) as FunctionReturnType<Reference>);
      else onError(failureToError(outcome.failure));
    });
  }

  async sql(text: string, args: Value[] = []): Promise<SqlResult> {
    return sqlResultOf(await this.runtime.sql(text, args.map(convexToJson)));
  }

  onSql(
    text: string,
    args: Value[],
    callback: (result: SqlResult) => void,
    onError: (error: Error) => void = (error) => {
      throw error;
    },
  ): () => void {
    return this.runtime.onSql(text, args.map(convexToJson), (outcome) => {
      if (outcome.ok) callback(sqlResultOf(outcome));
      else onError(failureToError(outcome.failure));
    });
  }

  mutation<Reference extends Mutation>(
    reference: Reference,
    args: FunctionArgs<Reference>,
    options: MutationOptions = {},
  ): MutationStages<FunctionReturnType<Reference>> {
    const path = getFunctionName(reference);
    const json = toJson(args);
    const sent = withUndo(this.undoScope, options, { path, args: json });
    return this.stages((reporter) => this.runtime.mutation(path, json, sent, reporter));
  }

  undo(scope: string): MutationStages<UndoneMutation | null> {
    return this.stages((reporter) => this.runtime.undo(scope, false, reporter));
  }

  redo(scope: string): MutationStages<UndoneMutation | null> {
    return this.stages((reporter) => this.runtime.undo(scope, true, reporter));
  }

  undoState(scope: string): Promise<UndoState> {
    return firstState((callback) => this.onUndoState(scope, callback));
  }

  onUndoState(scope: string, callback: (state: UndoState) => void): () => void {
    return this.runtime.onUndoState(scope, callback);
  }

  clearUndo(scope: string): Promise<void> {
    return this.runtime.clearUndo(scope);
  }

  retry(key: MutationKey, options: MutationOptions = {}): MutationStages<unknown> {
    const sent = withUndo(this.undoScope, options, this.reports.refused.find(key));
    return this.stages((reporter) => this.runtime.retry(key, sent, reporter));
  }

  dismiss(key: MutationKey): Promise<void> {
    return this.runtime.dismiss(key);
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

  setOnline(online: boolean): void {
    this.runtime.setOnline(online);
  }

  async close(): Promise<void> {
    for (const [loopback, events] of this.loopbacks) {
      loopback.close();
      events.closed("the client was closed");
    }
    this.loopbacks.clear();
    await this.runtime.close();
  }

  private dial(events: LoopbackEvents): LoopbackPeer {
    const loopback = new Loopback(this.runtime, events);
    this.loopbacks.set(loopback, events);
    return {
      send: (text, undo) => loopback.send(text, undo),
      close: () => {
        loopback.close();
        this.loopbacks.delete(loopback);
      },
    };
  }

  private stages(run: (reporter: MutationCallbacks) => Promise<void>): MutationStages<never> {
    const settler = new StageSettler();
    const reporter = mutationReporter(0, (message) => {
      if (message.type === "stage") settler.reached(message.stage, message.value);
      else settler.failed(message.stage, message.error, message.data);
    });
    run(reporter).catch((error: unknown) => settler.failed("applied", errorToData(error)));
    return settler.stages() as MutationStages<never>;
  }
}

function toJson(args: unknown): JSONValue {
  if (typeof args !== "object" || args === null) {
    throw new SynclineError("invalid", "the arguments of a function must be one object");
  }
  return convexToJson(args as Value);
}
