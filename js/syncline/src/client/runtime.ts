// Runtime: what the browser's worker and Node's client have in common. It knows who is signed in, has
// that person's database open and connected, and runs live queries on it.
import type { JSONValue } from "convex/values";
import { canonicalPath } from "../engine/address.ts";
import { type App, requireStrictOptions, type StrictOptions } from "../engine/application.ts";
import type { Engine, EngineOptions, VersionCounter } from "../engine/engine.ts";
import { filesWithRelay } from "../engine/files.ts";
import type { FunctionCall, MutationRun } from "../engine/host.ts";
import { type Batch, LiveQueries, type LiveQueryId } from "../engine/live-queries.ts";
import type { Committed, CoreEvents } from "../engine/operations.ts";
import { failureOf, type Outcome } from "../engine/outcome.ts";
import type { MutationMode } from "../engine/transaction.ts";
import { type ErrorData, errorToData, SynclineError } from "../error.ts";
import { AcceptedWaiters } from "./accepted-waiters.ts";
import { callSafely } from "./call-safely.ts";
import { type Database, openDatabase, type Platform } from "./database.ts";
import type { Reports } from "./messages.ts";
import { anonymous, hasSameClaims, isSamePerson, type Person, personOf } from "./person.ts";
import { Reporter } from "./reporter.ts";
import { Retries } from "./retries.ts";
import { Session, type SessionStatus, type SocketFactory } from "./session.ts";
import { type RunOnce, StrictRuns } from "./strict-runs.ts";
import {
  keyOf,
  type MutationKey,
  type MutationOptions,
  type SyncStatus,
  type UndoState,
} from "./types.ts";
import { UndoStates } from "./undo-states.ts";

export interface RuntimeOptions {
  app: App;
  platform: Platform;
  makeSocket: SocketFactory;
  // null: this device alone.
  url: string | null;
  name: string;
  storage: SyncStatus["storage"];
  engineOptions?: Pick<EngineOptions, "layer" | "clock">;
  onReports(reports: Partial<Reports>): void;
}

export interface MutationCallbacks {
  // It ran, or failed to. `version`: from which batch on queries show it.
  applied(outcome: Outcome, version: number): void;
  // The relay decided; null: accepted. Not called if it did not apply.
  decided(refusal: ErrorData | null): void;
}

// One run of a mutation; what comes of it is told before any event of its commit.
type RunInMode = (
  engine: Engine,
  mode: MutationMode,
  onApplied: (run: MutationRun) => void,
) => Promise<void>;

// A database that another tab holds is tried again this often.
const takeoverMs = 2_000;
// A database that fails again this soon after it was repaired is left alone.
const repairsApartMs = 60_000;

export class Runtime {
  readonly live: LiveQueries;
  private readonly batchListeners = new Set<(batch: Batch) => void>();
  private readonly counter: VersionCounter = { current: 1 };
  private readonly accepted = new AcceptedWaiters();
  private readonly undoStates = new UndoStates();
  private readonly strictByPath = new Map<string, StrictOptions>();
  private readonly strictRuns: StrictRuns;
  private readonly retries = new Retries();
  private readonly reporter: Reporter;
  private person: Person = anonymous;
  private database: Database | null = null;
  private opening: Promise<Engine> | null = null;
  private hasFailed = false; // to open
  private session: Session | null = null;
  private isDiskFull = false;
  private isOnline = true;
  private isClosed = false;
  private takeoverTimer: ReturnType<typeof setTimeout> | undefined;
  private lastRepairMs = Number.NEGATIVE_INFINITY;
  // Changes of person take turns.
  private turns: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: RuntimeOptions) {
    this.reporter = new Reporter(options.storage, options.onReports);
    this.strictRuns = new StrictRuns({
      engine: () => this.engine(),
      person: () => this.person,
      reporter: this.reporter,
      ended: (run) => new Promise((decided) => this.applied(run, { applied: () => {}, decided })),
    });
    for (const { component, path, strict } of options.app.functions) {
      if (component === "" && strict) this.strictByPath.set(path, strict);
    }
    this.live = new LiveQueries({
      onBatch: (batch) => {
        for (const listener of [...this.batchListeners]) callSafely(() => listener(batch));
      },
      onCorrupt: (engine) => this.repair(engine, true),
    });
  }

  onBatch(listener: (batch: Batch) => void): () => void {
    this.batchListeners.add(listener);
    return () => void this.batchListeners.delete(listener);
  }

  get version(): number {
    return this.counter.current;
  }

  // A Convex client has seen versions of a runtime before this one.
  observeVersion(version: number): void {
    this.counter.current = Math.max(this.counter.current, version);
  }

  // Signs in, renews the token, or (null) signs out. Resolves with true if queries must run anew for it.
  // Throws "invalid" for what is no token. Does not wait for the new person's database to be open.
  setToken(token: string | null): Promise<boolean> {
    return this.inTurn(async () => {
      const before = this.person;
      const person = await personOf(token);
      if (!isSamePerson(before, person)) {
        await this.leave();
        this.live.forgetPages();
        this.person = person;
        // Nobody's database is opened when somebody asks for it.
        if (person.claims || this.live.size > 0) this.openInBackground();
        return true;
      }
      this.person = person;
      if (token !== null) void this.session?.renew(token).catch(() => {});
      if (hasSameClaims(before, person)) return false;
      const engine = this.database?.engine;
      await engine?.exclusively(() => engine.setPerson(person.claims, person.token));
      this.live.invalidateAll();
      return true;
    });
  }

  // The engine of the person who is signed in. Throws if it cannot be opened.
  engine(): Promise<Engine> {
    return this.turns.then(() => this.open());
  }

  openInBackground(): void {
    this.open().catch(() => {});
  }

  mutation(
    path: string,
    args: JSONValue,
    options: MutationOptions,
    callbacks: MutationCallbacks,
  ): Promise<void> {
    return this.run(path, options, callbacks, (engine, mode, onApplied) =>
      engine.mutation(path, args, mode, onApplied),
    );
  }

  private run(
    path: string,
    options: MutationOptions,
    callbacks: MutationCallbacks,
    runOnce: RunInMode,
  ): Promise<void> {
    const { preview = true, undo = null } = options;
    let strict: StrictOptions | null;
    try {
      strict = this.strictnessOf(path, options);
    } catch (error) {
      callbacks.applied({ ok: false, failure: failureOf(error) }, this.version);
      return Promise.resolve();
    }
    if (strict) {
      const once: RunOnce = (engine, onApplied) =>
        runOnce(engine, { preview, undo, strict: true }, onApplied);
      return this.strictRuns.run(path, strict, once).then((outcome) => {
        callbacks.applied(outcome, this.version);
        if (outcome.ok) callbacks.decided(null);
        this.live.schedule();
      });
    }
    return this.tell(callbacks, (engine, told) =>
      runOnce(engine, { preview, undo }, (run) => this.applied(run, told)),
    );
  }

  // What the person last did in the scope, or took back; its value is {path, args}, or null.
  undo(scope: string, redo: boolean, callbacks: MutationCallbacks): Promise<void> {
    return this.tell(callbacks, (engine, told) =>
      engine.undo(scope, redo, ({ path, args, ...committed }) => {
        const value = path === null ? "null" : JSON.stringify({ path, args });
        told.applied({ ok: true, value }, engine.version);
        this.await(committed, told);
      }),
    );
  }

  async clearUndo(scope: string): Promise<void> {
    await (await this.engine()).clearUndo(scope);
  }

  // Calls back with each state that differs from the last. Returns how to stop.
  onUndoState(scope: string, callback: (state: UndoState) => void): () => void {
    const stop = this.undoStates.watch(scope, callback);
    this.engine()
      .then((engine) => engine.exclusively(() => this.undoStates.refresh(engine)))
      .catch(() => {}); // what hinders is a problem of the status
    return stop;
  }

  // One run, not kept.
  async query(path: string, args: JSONValue): Promise<Outcome> {
    try {
      return await (await this.engine()).query(path, args);
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }

  // Runs beside everything else. Fails when the person signs out or the client is closed meanwhile.
  async action(path: string, args: JSONValue): Promise<Outcome> {
    try {
      return await (await this.engine()).action(path, args);
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }

  async sql(text: string, args: JSONValue[]): Promise<Outcome> {
    try {
      return await (await this.engine()).sql(text, args);
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }

  // Calls back with each outcome that differs from the last. Returns how to stop.
  onSql(text: string, args: JSONValue[], callback: (outcome: Outcome) => void): () => void {
    return this.follow(this.live.addSql(text, args), callback);
  }

  onQuery(path: string, args: JSONValue, callback: (outcome: Outcome) => void): () => void {
    return this.follow(this.live.add(path, args), callback);
  }

  async dismiss({ tenant, number }: MutationKey): Promise<void> {
    const engine = await this.engine();
    await engine.dismiss(tenant, number);
    await this.reporter.reportLists();
  }

  // Runs a refused mutation again; when it has applied, the refusal is forgotten.
  retry(key: MutationKey, options: MutationOptions, callbacks: MutationCallbacks): Promise<void> {
    return this.retries.run(key, callbacks, (told) => this.retryNow(key, options, told));
  }

  private async retryNow(
    key: MutationKey,
    options: MutationOptions,
    callbacks: MutationCallbacks,
  ): Promise<void> {
    const engine = await this.engine();
    const refused = engine
      .refused()
      .find(({ tenant, number }) => tenant === key.tenant && number === key.number);
    if (!refused) {
      const message = `there is no refused mutation ${key.number} of ${key.tenant}`;
      throw new SynclineError("not found", message);
    }
    if (/^(undo|redo):.*:/.test(refused.path)) {
      const message = `${refused.path} was no function: ask for undo() or redo() again`;
      throw new SynclineError("invalid", message);
    }
    const strictly: MutationOptions = refused.strict ? { strict: true } : {};
    const told: MutationCallbacks = {
      ...callbacks,
      applied: (outcome, version) => {
        callbacks.applied(outcome, version);
        this.reporter.reportLists().catch(() => {});
      },
    };
    await this.run(refused.path, { ...strictly, ...options }, told, (own, mode, onApplied) =>
      own.retry(refused, mode, onApplied),
    );
  }

  setOnline(online: boolean): void {
    if (this.isOnline === online) return;
    this.isOnline = online;
    if (online) this.session?.start();
    else void this.session?.stop();
  }

  wake(): void {
    if (this.hasFailed) this.tryAgain();
    else if (this.isOnline) this.session?.wake();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.inTurn(() => this.leave());
  }

  // Of a mutation that the relay must accept before it is here. Without a relay every mutation is strict.
  private strictnessOf(path: string, { strict }: MutationOptions): StrictOptions | null {
    const declared = this.strictByPath.get(canonicalPath(path));
    if (this.options.url === null || (!declared && !strict)) return null;
    return requireStrictOptions({ ...declared, ...(strict === true ? {} : strict) });
  }

  // Runs something of the person's engine, of which the caller is told in any case.
  private tell(
    callbacks: MutationCallbacks,
    run: (engine: Engine, told: MutationCallbacks) => Promise<void>,
  ): Promise<void> {
    let isTold = false;
    const told: MutationCallbacks = {
      ...callbacks,
      applied: (outcome, version) => {
        isTold = true;
        callbacks.applied(outcome, version);
      },
    };
    return this.engine()
      .then((engine) => run(engine, told))
      .catch((error: unknown) => {
        // After that only the core's end can fail, which onStopped has told.
        if (isTold) return;
        callbacks.applied({ ok: false, failure: failureOf(error) }, this.version);
      });
  }

  // A mutation has run. Called before the events of its commit, which may already tell of the decision.
  private applied(
    { outcome, committed, refusal }: MutationRun,
    callbacks: MutationCallbacks,
  ): void {
    callbacks.applied(outcome, this.version);
    this.noteDisk(committed !== null, refusal);
    if (outcome.ok) this.await(committed, callbacks);
    else if (outcome.failure.error.code === "corrupt") {
      this.repair(this.database?.engine ?? null, true);
    }
  }

  private await(committed: Committed | null, { decided }: MutationCallbacks): void {
    const key = keyOf(committed);
    if (key) this.accepted.wait(key, decided);
    else decided(null);
    this.live.schedule();
  }

  private follow(id: LiveQueryId, callback: (outcome: Outcome) => void): () => void {
    const stop = this.onBatch(({ changes }) => {
      const outcome = changes.get(id);
      if (outcome) callback(outcome);
    });
    this.openInBackground();
    return () => {
      stop();
      this.live.remove(id);
    };
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.turns.then(work);
    this.turns = turn.catch(() => {});
    return turn;
  }

  private open(): Promise<Engine> {
    if (this.isClosed) {
      return Promise.reject(new SynclineError("unavailable", "the client has been closed"));
    }
    this.opening ??= this.openNow(false);
    return this.opening;
  }

  // isDamaged: the files were found to be, while they were in use.
  private async openNow(isDamaged: boolean): Promise<Engine> {
    const { app, platform, name, url, engineOptions } = this.options;
    const { person } = this;
    try {
      requireRules(app, url);
      const database = await openDatabase(platform, {
        app,
        name: `${name}-${person.key}`,
        claims: person.claims,
        counter: this.counter,
        engineOptions: { ...engineOptions, ...(url === null ? {} : { files: filesWithRelay }) },
        isDamaged,
        onStopped: (error) => {
          if (!this.repair(this.database?.engine ?? null, false)) {
            this.reporter.setProblem(errorToData(error));
          }
        },
      });
      this.database = database;
      this.reporter.setProblem(database.setAside ? damaged(database.setAside, null) : null);
      // A newer token of the same person may have come meanwhile.
      database.engine.setPerson(this.person.claims, this.person.token);
      this.enter(database.engine);
      return database.engine;
    } catch (error) {
      this.hasFailed = true;
      this.reporter.setProblem(errorToData(error));
      // What another tab holds is waited for; queries stay open until then.
      if (error instanceof SynclineError && error.code === "conflict") {
        this.takeoverTimer = setTimeout(() => this.tryAgain(), takeoverMs);
      } else {
        this.live.fail(failureOf(error), ++this.counter.current);
      }
      throw error;
    }
  }

  private enter(engine: Engine): void {
    ++this.counter.current;
    engine.listener = { changed: (events) => this.changed(events) };
    this.live.attach(engine);
    const { url, makeSocket } = this.options;
    const { token } = this.person;
    if (url !== null && token !== null) {
      const onStatus = (status: SessionStatus): void => {
        this.reporter.setSession(status);
        this.strictRuns.caughtUp.set(status);
        if (this.strictRuns.caughtUp.isCaughtUp) engine.jobs.connected();
      };
      this.session = new Session({ engine, url, token, makeSocket, onStatus });
      if (this.isOnline) this.session.start();
    }
    this.reporter.enter(engine);
    if (url !== null) {
      engine.strictRunner = {
        isReady: () => this.strictRuns.caughtUp.isCaughtUp,
        run: (call, strict) => {
          // Nobody is there to be told that there is no connection.
          const isScheduled = call.caller.request.scheduledFunctionId !== null;
          const options = isScheduled ? { ...strict, offline: "wait" as const } : strict;
          return this.strictRuns.run(call.path, options, onceOf(call));
        },
        runJob: (call, strict) => this.strictRuns.runJob(call.path, strict, onceOf(call)),
      };
    }
    engine.jobs.start().catch((error: unknown) => {
      if (!engine.isClosed) this.reporter.setProblem(errorToData(error));
    });
    // What an earlier run left.
    engine.exclusively(() => engine.tellNow()).catch(() => {});
  }

  private changed(events: CoreEvents): void {
    if (events.invalidated.length > 0) this.live.invalidate(events.invalidated);
    if (events.recovered && this.database?.setAside) {
      this.reporter.setProblem(damaged(this.database.setAside, events.recovered));
    }
    this.accepted.settle(events);
    this.session?.changed(events);
    this.reporter.take(events);
    try {
      this.undoStates.refresh(this.database?.engine ?? null);
    } catch {
      // What stops the core is told where it happens.
    }
  }

  // Closes the person's database.
  private async leave(): Promise<void> {
    await this.opening?.catch(() => {});
    clearTimeout(this.takeoverTimer);
    await this.closeDatabase();
    this.accepted.abandon();
    this.strictRuns.caughtUp.abandon();
    this.undoStates.refresh(null);
    this.reporter.leave();
  }

  private async closeDatabase(): Promise<void> {
    this.live.attach(null);
    await this.session?.stop();
    // A core that has stopped cannot close, but lets its files go.
    await this.database?.close().catch(() => {});
    this.database = null;
    this.opening = null;
    this.hasFailed = false;
    this.session = null;
  }

  // A full disk is everybody's problem until a write succeeds.
  private noteDisk(hasCommitted: boolean, refusal: SynclineError | null): void {
    if (refusal?.code === "unavailable") {
      this.isDiskFull = true;
      this.reporter.setProblem(errorToData(refusal));
    } else if (hasCommitted && this.isDiskFull) {
      this.isDiskFull = false;
      this.reporter.setProblem(null);
    }
  }

  private tryAgain(): void {
    clearTimeout(this.takeoverTimer);
    if (this.isClosed || !this.hasFailed) return;
    this.hasFailed = false;
    this.opening = null;
    this.openInBackground();
  }

  // Opens the database anew because its files are damaged or its core has stopped. False if that was
  // done just before: then it would not help.
  private repair(engine: Engine | null, isDamaged: boolean): boolean {
    if (this.isClosed || engine === null || engine !== this.database?.engine) return false;
    if (Date.now() - this.lastRepairMs < repairsApartMs) return false;
    this.lastRepairMs = Date.now();
    void this.inTurn(async () => {
      if (engine !== this.database?.engine) return;
      await this.closeDatabase();
      this.opening = this.openNow(isDamaged);
      await this.opening;
    }).catch(() => {});
    return true;
  }
}

function onceOf(call: FunctionCall): RunOnce {
  return (engine, onApplied) => engine.attempt(async () => call, { strict: true }, onApplied);
}

// Without rules nobody but this device may have the rows.
function requireRules(app: App, url: string | null): void {
  if (url === null || app.application.rules !== null) return;
  throw new SynclineError(
    "invalid",
    `the application has no convex/rules.ts, so its data stay on this device: write one, or leave out the url "${url}"`,
  );
}

function damaged(setAside: string, recovered: CoreEvents["recovered"]): ErrorData {
  const unsent = recovered
    ? ` Unsent changes recovered: ${recovered.change_sets}${recovered.complete ? "." : "; others may be lost."}`
    : "";
  return {
    code: "corrupt",
    message:
      `The data on this device were damaged and have been set aside as ${setAside}; ` +
      `they are fetched anew from the relay.${unsent}`,
  };
}
