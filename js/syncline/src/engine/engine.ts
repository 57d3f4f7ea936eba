// Engine: one person's open database with the application's functions on it. Everything that touches the
// core comes through here and takes its turn: many queries at a time, or one write alone. Actions run
// beside them and take turns for what they call.
import type { JSONValue } from "convex/values";
import { SynclineError } from "../error.ts";
import type { ActionHost } from "./action-frame.ts";
import { ActionSlots } from "./action-slots.ts";
import { canonicalPath, type FunctionPath } from "./address.ts";
import type { StrictOptions } from "./application.ts";
import { type Caller, callerOf } from "./caller.ts";
import type { DeploymentMetadata, FunctionKind, HostParts } from "./calls.ts";
import { type Clock, systemClock } from "./clock.ts";
import { EngineJobs } from "./engine-jobs.ts";
import { type FileOptions, Files } from "./files.ts";
import {
  actionTimeoutMs,
  type FunctionCall,
  FunctionHost,
  functionTimeoutMs,
  type InlineHandler,
  type Layer,
  type MutationRun,
  type QueryRun,
} from "./host.ts";
import { handleRequest } from "./http.ts";
import type { Claims } from "./identity.ts";
import { JobRunner } from "./job-runner.ts";
import type { JobName } from "./jobs.ts";
import type { TransactionLimits } from "./limits.ts";
import { ReadWriteLock } from "./lock.ts";
import type { ModuleSource } from "./modules.ts";
import {
  type CoreEvents,
  operation,
  type PendingReport,
  type RefusedReport,
  type Undone,
  type UndoReports,
} from "./operations.ts";
import { FunctionFailed, failureOf, type Outcome } from "./outcome.ts";
import type { MutationMode, Transaction } from "./transaction.ts";
import type { CoreEngine } from "./wasm.ts";

export interface EngineListener {
  // After every commit, message and disconnect, while nothing else runs.
  changed(events: CoreEvents): void;
}

// Runs mutations that are declared strict.
export interface StrictRunner {
  // Whether there is a connection to run them with.
  isReady(): boolean;
  run(call: FunctionCall, strict: StrictOptions): Promise<Outcome>;
  // A scheduled one. Fails with "offline" where the connection ends before the relay has accepted it, and leaves
  // nothing of itself: it can be run again.
  runJob(call: FunctionCall, strict: StrictOptions): Promise<Outcome>;
}

// Grows with every commit, across the databases of a session.
export interface VersionCounter {
  current: number;
}

export interface EngineOptions {
  modules: ModuleSource;
  core: CoreEngine;
  claims?: Claims | null;
  // What functions are given as ctx: ours, or npm convex's own layer. Default "syncline".
  layer?: Layer;
  clock?: Clock;
  counter?: VersionCounter;
  // How long functions may run; null: as long as they like.
  functionTimeoutMs?: number | null;
  actionTimeoutMs?: number | null;
  files?: FileOptions;
  deployment?: DeploymentMetadata;
  // Whether the application has a convex/http.ts.
  hasHttp?: boolean;
  jobName?: JobName;
}

// Which function of whom; by default the application's, and the person's.
export interface CallOptions {
  component?: string;
  caller?: Caller;
  limits?: TransactionLimits;
  // false: what it writes is not judged by the rules here.
  preview?: boolean;
}

const device: DeploymentMetadata = { name: "device", region: null, class: "s16" };

export class Engine {
  readonly lock = new ReadWriteLock();
  // Runs nothing before start().
  readonly jobs: JobRunner;
  isClosed = false;
  listener: EngineListener | null = null;
  // For actions and jobs; null: this device is alone with its data, so that every mutation is strict.
  strictRunner: StrictRunner | null = null;
  private readonly core: CoreEngine;
  private readonly host: FunctionHost;
  private readonly parts: HostParts;
  private readonly clock: Clock;
  private readonly counter: VersionCounter;
  private readonly slots = new ActionSlots();
  private claims: Claims | null;
  private token: string | null = null;

  constructor(options: EngineOptions) {
    const { modules, core, clock = systemClock } = options;
    this.core = core;
    this.clock = clock;
    this.claims = options.claims ?? null;
    this.counter = options.counter ?? { current: 0 };
    this.parts = {
      modules,
      files: new Files(core, options.files),
      deployment: options.deployment ?? device,
      hasHttp: options.hasHttp ?? false,
      ...(options.jobName ? { jobName: options.jobName } : {}),
    };
    this.host = new FunctionHost(this.parts, core, {
      layer: options.layer ?? "syncline",
      clock,
      functionTimeoutMs:
        options.functionTimeoutMs === undefined ? functionTimeoutMs : options.functionTimeoutMs,
      actionTimeoutMs:
        options.actionTimeoutMs === undefined ? actionTimeoutMs : options.actionTimeoutMs,
    });
    this.jobs = new JobRunner(new EngineJobs(this, modules, clock), clock);
  }

  get version(): number {
    return this.counter.current;
  }

  // Who functions run for from now on. `token`: what ctx.meta shows of the request.
  setPerson(claims: Claims | null, token: string | null): void {
    this.claims = claims;
    this.token = token;
  }

  caller(): Caller {
    return callerOf(this.claims, this.token);
  }

  // What clients call: the application's public functions.

  // One run, not kept.
  async query(path: string, args: JSONValue): Promise<Outcome> {
    return this.outcomeOf(() => this.publicCall(path, args, "query"), "query");
  }

  // REQUIRES: the read lock (live-queries.ts holds it for a batch).
  async runLive(path: string, args: JSONValue, journal: string | null): Promise<QueryRun> {
    try {
      return await this.host.query(await this.publicCall(path, args, "query"), true, journal);
    } catch (error) {
      return { outcome: { ok: false, failure: failureOf(error) }, kept: null, journal };
    }
  }

  // One read-only statement of SQL over the tables of the schema, which are views of it. The value is
  // {"columns":[name],"rows":[[value]]}.
  sql(sql: string, args: JSONValue[]): Promise<Outcome> {
    return this.lock.read(() => {
      try {
        this.requireOpen();
        return this.host.sql(this.caller(), sql, args, false).outcome;
      } catch (error) {
        return { ok: false, failure: failureOf(error) };
      }
    });
  }

  // REQUIRES: the read lock.
  runLiveSql(sql: string, args: JSONValue[]): QueryRun {
    return this.host.sql(this.caller(), sql, args, true);
  }

  drop(kept: number): void {
    if (this.isClosed) return;
    try {
      this.core.call(operation.drop, { query: kept });
    } catch {
      // A core that has stopped has forgotten it already.
    }
  }

  // onApplied is called before any live query runs again.
  mutation(
    path: string,
    args: JSONValue,
    mode: MutationMode,
    onApplied: (run: MutationRun) => void,
  ): Promise<void> {
    return this.attempt(() => this.publicCall(path, args, "mutation"), mode, onApplied);
  }

  // Runs a refused mutation again. It ran here before, so it need not be for clients. If it succeeds, the refusal
  // is forgotten behind its commit, before anything else runs.
  retry(
    { tenant, number, path, args }: RefusedReport,
    mode: MutationMode,
    onApplied: (run: MutationRun) => void,
  ): Promise<void> {
    const callOf = async (): Promise<FunctionCall> => ({
      component: "",
      path: canonicalPath(path),
      argsText: JSON.stringify(args),
      caller: this.caller(),
    });
    return this.attempt(callOf, mode, (run) => {
      try {
        if (run.outcome.ok) this.core.call(operation.dismiss, { tenant, number });
      } catch {
        // It stays listed. What stops the core is told by the next call.
      }
      onApplied(run);
    });
  }

  // One run, also of a strict mutation: what is not accepted is not run again here.
  attempt(
    callOf: () => Promise<FunctionCall>,
    mode: MutationMode,
    onApplied: (run: MutationRun) => void,
  ): Promise<void> {
    return this.lock.write(async () => {
      this.requireOpen();
      let run: MutationRun;
      try {
        run = await this.host.mutation(await callOf(), mode);
      } catch (error) {
        const outcome: Outcome = { ok: false, failure: failureOf(error) };
        run = { outcome, committed: null, refusal: null, jobs: [] };
      }
      this.finish(run, onApplied);
    });
  }

  // Takes back what this person last did in the scope, or does again what they last took back.
  undo(scope: string, redo: boolean, onApplied: (undone: Undone) => void): Promise<void> {
    return this.exclusively(() => {
      this.requireOpen();
      const now = this.clock.now();
      try {
        const input = { scope, redo, now, identity: this.claims };
        const undone = this.core.call<Undone>(operation.undo, input);
        ++this.counter.current;
        onApplied(undone);
      } finally {
        // Also what cannot be undone is no longer there to be undone.
        this.tell();
      }
    });
  }

  // REQUIRES: to be called from EngineListener.changed or within `exclusively`.
  undoReports(scope: string): UndoReports {
    return this.core.call<UndoReports>(operation.undoState, { scope });
  }

  clearUndo(scope: string): Promise<void> {
    return this.exclusively(() => {
      this.requireOpen();
      this.core.call(operation.undoClear, { scope });
      this.tell();
    });
  }

  async action(path: string, args: JSONValue): Promise<Outcome> {
    return this.outcomeOf(() => this.publicCall(path, args, "action"), "action");
  }

  // What the host's own callers run: any function of any component, for anybody.

  run(
    kind: FunctionKind,
    path: string,
    args: JSONValue,
    { component = "", caller = this.caller(), limits = {}, preview }: CallOptions = {},
  ): Promise<Outcome> {
    const argsText = JSON.stringify(args);
    const call = { component, path: canonicalPath(path), argsText, caller, limits };
    return this.outcomeOf(async () => call, kind, preview);
  }

  // A handler with the ctx of a function of this kind: a test's.
  runInline(
    kind: FunctionKind,
    inline: InlineHandler,
    { component = "", caller = this.caller(), limits = {}, preview }: CallOptions = {},
  ): Promise<Outcome> {
    const call = { component, path: "inline", argsText: "{}", caller, limits, inline };
    return this.outcomeOf(async () => call, kind, preview);
  }

  // Something of the host's own within a transaction of this person.
  transact<Result>(
    kind: "query" | "mutation",
    run: (transaction: Transaction) => Result,
    caller: Caller = this.caller(),
  ): Promise<Result> {
    const call = { component: "", path: "", argsText: "{}", caller };
    const work = (): Result => {
      this.requireOpen();
      const transaction = this.host.begin(kind, call);
      let result: Result;
      try {
        result = run(transaction);
        if (kind === "query") {
          transaction.abort();
          return result;
        }
        transaction.commit();
      } catch (error) {
        transaction.abort();
        throw error;
      }
      ++this.counter.current;
      this.jobs.apply(transaction.jobs);
      this.tell();
      return result;
    };
    return kind === "query" ? this.lock.read(work) : this.lock.write(work);
  }

  // Runs a mutation with something of the host's own in the same transaction. For EngineJobs.
  // Null if `isWanted` says that it is not to run.
  runMutation(
    call: FunctionCall,
    isWanted: (transaction: Transaction) => boolean,
    beforeCommit: (transaction: Transaction) => void,
  ): Promise<MutationRun | null> {
    return this.lock.write(async () => {
      this.requireOpen();
      const question = this.host.begin("query", call);
      try {
        if (!isWanted(question)) return null;
      } finally {
        question.abort();
      }
      const run = await this.host.mutation(call, {}, beforeCommit);
      this.finish(run, () => {});
      return run;
    });
  }

  // Answers a request by the application's convex/http.ts, for the person who is signed in.
  async httpAction(request: Request, caller: Caller = this.caller()): Promise<Response> {
    this.requireOpen();
    return this.slots.run(() =>
      handleRequest(this.host, this.parts, this.actions, request, caller),
    );
  }

  connected(token: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.exclusively(() =>
      this.core.message(operation.connected, { now: Date.now(), token }),
    );
  }

  // What the relay sent: `take` is asked when its turn comes, for one message or several in their order.
  receive(take: () => Uint8Array | null): Promise<void> {
    return this.exclusively(() => {
      const messages = take();
      if (!messages) return;
      try {
        this.core.receive(Date.now(), messages);
      } finally {
        ++this.counter.current;
        this.tell();
      }
    });
  }

  disconnected(): Promise<void> {
    return this.exclusively(() => {
      if (this.isClosed) return;
      this.core.call(operation.disconnected, {});
      this.tell();
    });
  }

  renew(token: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.exclusively(() => this.core.message(operation.renew, { token }));
  }

  // What is due to the relay; empty if nothing is.
  // REQUIRES: to be called from EngineListener.changed or within `exclusively`.
  takeMessage(): Uint8Array<ArrayBuffer> {
    return this.core.message(operation.send, { now: Date.now() });
  }

  // A question that a living relay answers; empty while it has not welcomed us. REQUIRES: as above.
  takePing(): Uint8Array<ArrayBuffer> {
    return this.core.message(operation.ping, {});
  }

  exclusively<Result>(work: () => Result): Promise<Result> {
    return this.lock.write(work);
  }

  pending(): PendingReport[] {
    return this.core.call<{ pending: PendingReport[] }>(operation.pending, {}).pending;
  }

  refused(): RefusedReport[] {
    return this.core.call<{ refused: RefusedReport[] }>(operation.refused, {}).refused;
  }

  dismiss(tenant: string, number: number): Promise<void> {
    return this.exclusively(() => {
      this.requireOpen();
      this.core.call(operation.dismiss, { tenant, number });
    });
  }

  // Waits for the queries and mutations that run, then gives up the core's database. Actions are not
  // waited for: what they still call fails.
  close(): Promise<void> {
    this.jobs.stop();
    this.slots.close();
    return this.exclusively(() => {
      if (this.isClosed) return;
      this.isClosed = true;
      this.listener = null;
      this.parts.files.close();
      this.core.close();
    });
  }

  // REQUIRES: to be called within `exclusively`.
  tellNow(): void {
    if (!this.isClosed) this.tell();
  }

  private readonly actions: ActionHost = {
    transact: (kind, caller, run) => this.transact(kind, run, caller),
    call: async (kind, { component, path }, argsText, caller) => {
      const call = { component, path, argsText, caller };
      // A called action has its caller's slot.
      const outcome = await (kind === "action"
        ? this.host.action(call, this.actions)
        : this.outcomeOf(async () => call, kind));
      if (!outcome.ok) throw new FunctionFailed(outcome.failure);
      return outcome.value;
    },
  };

  private async outcomeOf(
    callOf: () => Promise<FunctionCall>,
    kind: FunctionKind,
    preview = true,
  ): Promise<Outcome> {
    try {
      this.requireOpen();
      const call = await callOf();
      if (kind === "action")
        return await this.slots.run(() => this.host.action(call, this.actions));
      if (kind === "query") {
        return await this.lock.read(async () => {
          this.requireOpen();
          return (await this.host.query(call, false, null)).outcome;
        });
      }
      const strict = call.inline ? undefined : await this.strictnessOf(call);
      if (strict && this.strictRunner) return await this.strictRunner.run(call, strict);
      return await this.lock.write(async () => {
        this.requireOpen();
        const run = await this.host.mutation(call, { preview });
        this.finish(run, () => {});
        return run.outcome;
      });
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }

  private async strictnessOf({
    component,
    path,
  }: FunctionPath): Promise<StrictOptions | undefined> {
    return (await this.parts.modules.find(component, path))?.strict;
  }

  private finish(run: MutationRun, onApplied: (run: MutationRun) => void): void {
    if (run.committed) ++this.counter.current;
    onApplied(run);
    this.jobs.apply(run.jobs);
    this.tell();
  }

  // Throws "not found" for what does not exist or is not for clients, without telling which.
  private async publicCall(
    path: string,
    args: JSONValue,
    kind: FunctionKind,
  ): Promise<FunctionCall> {
    const info = await this.parts.modules.find("", canonicalPath(path));
    if (info?.visibility !== "public") {
      throw new SynclineError("not found", `Could not find public function for '${path}'.`);
    }
    if (info.kind !== kind) {
      throw new SynclineError(
        "invalid",
        `Trying to execute ${path} as ${kind}, but it is defined as ${info.kind}.`,
      );
    }
    return {
      component: "",
      path: info.path,
      argsText: JSON.stringify(args),
      caller: this.caller(),
    };
  }

  private tell(): void {
    this.listener?.changed(this.core.call<CoreEvents>(operation.events, {}));
  }

  private requireOpen(): void {
    if (this.isClosed) {
      throw new SynclineError("unavailable", "this person's data have been closed: try again");
    }
  }
}
