// Runtime: what the browser's worker and Node's client have in common. It knows who is signed in, has
// that person's database open and connected, runs live queries on it, and reports.
import type { JSONValue } from "convex/values";
import type { App } from "../engine/application.ts";
import type { Engine, VersionCounter } from "../engine/engine.ts";
import { type Claims, decodeToken, personKey, tokenIdentifier } from "../engine/identity.ts";
import { type Batch, LiveQueries } from "../engine/live-queries.ts";
import type { CoreEvents } from "../engine/operations.ts";
import { failureOf, type Outcome } from "../engine/outcome.ts";
import { type ErrorData, errorToData, SynclineError } from "../error.ts";
import { AcceptedWaiters } from "./accepted-waiters.ts";
import { callSafely } from "./call-safely.ts";
import { type Database, openDatabase, type Platform } from "./database.ts";
import type { Reports } from "./messages.ts";
import { Session, type SessionStatus, type SocketFactory } from "./session.ts";
import type { MutationKey, MutationOptions, SyncStatus } from "./types.ts";

export interface RuntimeOptions {
  app: App;
  platform: Platform;
  makeSocket: SocketFactory;
  // null: this device alone.
  url: string | null;
  name: string;
  storage: SyncStatus["storage"];
  onReports(reports: Partial<Reports>): void;
}

export interface MutationCallbacks {
  // It ran, or failed to. `version`: from which batch on queries show it.
  applied(outcome: Outcome, version: number): void;
  // The relay decided; null: accepted. Not called if it did not apply.
  decided(refusal: ErrorData | null): void;
}

interface Person {
  key: string; // names the database
  token: string | null;
  claims: Claims | null;
}

const anonymous: Person = { key: "anonymous", token: null, claims: null };
const offline: SessionStatus = { connection: "offline", sync: "offline", problem: null };
// A database that another tab holds is tried again this often.
const takeoverMs = 2_000;
// Lists of pending and refused mutations are reported at most this often.
const listsMs = 150;

export class Runtime {
  readonly live: LiveQueries;
  private readonly batchListeners = new Set<(batch: Batch) => void>();
  private readonly counter: VersionCounter = { current: 1 };
  private readonly accepted = new AcceptedWaiters();
  private person: Person = anonymous;
  private database: Database | null = null;
  private opening: Promise<Engine> | null = null;
  private hasFailed = false; // to open
  private session: Session | null = null;
  private sessionStatus: SessionStatus = offline;
  private openProblem: ErrorData | null = null;
  private pendingCount = 0;
  private isOnline = true;
  private isClosed = false;
  private listsTimer: ReturnType<typeof setTimeout> | undefined;
  private takeoverTimer: ReturnType<typeof setTimeout> | undefined;
  // Changes of person take turns.
  private turns: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: RuntimeOptions) {
    this.live = new LiveQueries((batch) => {
      for (const listener of [...this.batchListeners]) callSafely(() => listener(batch));
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
    const turn = this.turns.then(() => this.changePerson(token));
    this.turns = turn.catch(() => {});
    return turn;
  }

  // The engine of the person who is signed in. Throws if it cannot be opened.
  engine(): Promise<Engine> {
    return this.turns.then(() => this.open());
  }

  mutation(
    path: string,
    args: JSONValue,
    { preview = true }: MutationOptions,
    callbacks: MutationCallbacks,
  ): Promise<void> {
    let isTold = false;
    return this.engine()
      .then((engine) =>
        engine.mutation(path, args, preview, ({ outcome, committed }) => {
          isTold = true;
          // Before the events of the same commit, which may already tell of the decision.
          const { tenant, number } = committed ?? { tenant: null, number: null };
          callbacks.applied(outcome, engine.version);
          if (!outcome.ok) return;
          if (tenant === null || number === null) callbacks.decided(null);
          else this.accepted.wait({ tenant, number }, callbacks.decided);
          this.live.schedule();
        }),
      )
      .catch((error: unknown) => {
        if (isTold) throw error;
        callbacks.applied({ ok: false, failure: failureOf(error) }, this.version);
      });
  }

  async dismiss({ tenant, number }: MutationKey): Promise<void> {
    const engine = await this.engine();
    await engine.dismiss(tenant, number);
    await this.reportLists();
  }

  // Runs a refused mutation again; when it has applied, the refusal is forgotten.
  async retry(
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
    await this.mutation(refused.path, refused.args, options, {
      ...callbacks,
      applied: (outcome, version) => {
        callbacks.applied(outcome, version);
        if (outcome.ok) void this.dismiss(key);
      },
    });
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
    clearTimeout(this.listsTimer);
    await this.turns;
    await this.leave();
  }

  private async changePerson(token: string | null): Promise<boolean> {
    const claims = token === null ? null : decodeToken(token);
    const before = this.person;
    const isSame =
      before.claims && claims
        ? tokenIdentifier(before.claims) === tokenIdentifier(claims)
        : before.claims === claims;
    if (isSame) {
      this.person = { ...before, token, claims };
      if (token !== null) void this.session?.renew(token).catch(() => {});
      if (JSON.stringify(lasting(before.claims)) === JSON.stringify(lasting(claims))) return false;
      if (this.database) {
        const { engine } = this.database;
        await engine.exclusively(() => engine.setClaims(claims));
      }
      this.live.invalidateAll();
      return true;
    }
    await this.leave();
    this.person = claims ? { key: await personKey(claims), token, claims } : anonymous;
    // Nobody's database is opened when somebody asks for it.
    if (claims || this.live.size > 0) this.openInBackground();
    return true;
  }

  // Closes the person's database.
  private async leave(): Promise<void> {
    await this.opening?.catch(() => {});
    clearTimeout(this.takeoverTimer);
    this.live.attach(null);
    await this.session?.stop();
    await this.database?.close();
    this.database = null;
    this.opening = null;
    this.hasFailed = false;
    this.session = null;
    this.sessionStatus = offline;
    this.openProblem = null;
    this.pendingCount = 0;
    this.accepted.abandon();
    this.options.onReports({ pending: [], refused: [] });
    this.report();
  }

  private open(): Promise<Engine> {
    if (this.isClosed) {
      return Promise.reject(new SynclineError("unavailable", "the client has been closed"));
    }
    this.opening ??= this.openNow();
    return this.opening;
  }

  openInBackground(): void {
    this.open().catch(() => {});
  }

  private async openNow(): Promise<Engine> {
    const { app, platform, name } = this.options;
    const { person } = this;
    try {
      const database = await openDatabase(platform, {
        app,
        name: `${name}-${person.key}`,
        claims: person.claims,
        counter: this.counter,
        onStopped: (error) => {
          this.openProblem = errorToData(error);
          this.report();
        },
      });
      this.database = database;
      this.openProblem = database.setAside ? damaged(database.setAside, null) : null;
      // A newer token of the same person may have come meanwhile.
      if (this.person !== person) database.engine.setClaims(this.person.claims);
      this.enter(database.engine, this.person);
      return database.engine;
    } catch (error) {
      this.hasFailed = true;
      this.openProblem = errorToData(error);
      this.report();
      this.failQueries(error);
      throw error;
    }
  }

  private enter(engine: Engine, { token }: Person): void {
    ++this.counter.current;
    engine.listener = { changed: (events) => this.changed(engine, events) };
    this.live.attach(engine);
    const { url, makeSocket } = this.options;
    if (url !== null && token !== null) {
      this.session = new Session({
        engine,
        url,
        token,
        makeSocket,
        onStatus: (status) => {
          this.sessionStatus = status;
          this.report();
        },
      });
      if (this.isOnline) this.session.start();
    }
    // What an earlier run left.
    void engine.exclusively(() => engine.tellNow());
    void this.reportLists();
  }

  private changed(engine: Engine, events: CoreEvents): void {
    if (events.invalidated.length > 0) this.live.invalidate(events.invalidated);
    if (events.recovered && this.database?.setAside) {
      this.openProblem = damaged(this.database.setAside, events.recovered);
    }
    this.accepted.settle(events);
    const hadPending = this.pendingCount;
    this.pendingCount = events.pending;
    if (hadPending !== events.pending || events.refused.length > 0 || events.pending > 0) {
      this.scheduleLists(engine);
    }
    this.session?.changed(events);
    this.report();
  }

  private scheduleLists(engine: Engine): void {
    this.listsTimer ??= setTimeout(() => {
      this.listsTimer = undefined;
      if (this.database?.engine === engine) void this.reportLists();
    }, listsMs);
  }

  private async reportLists(): Promise<void> {
    const engine = this.database?.engine;
    if (!engine || engine.isClosed) return;
    await engine.exclusively(() => {
      if (engine.isClosed) return;
      const refused = engine.refused().map((each) => ({
        ...each,
        // The core says "" for what does not apply.
        table: each.table || null,
        row: each.row || null,
        rule: each.rule || null,
      }));
      this.options.onReports({ pending: engine.pending(), refused });
    });
  }

  private report(): void {
    const { connection, sync, problem } = this.sessionStatus;
    const status: SyncStatus = {
      connection,
      sync,
      pending: this.pendingCount,
      storage: this.options.storage,
      problem: this.openProblem ?? problem,
    };
    this.options.onReports({ status });
  }

  // Queries of a database that cannot be opened fail with the reason; but what another tab holds is
  // only waited for.
  private failQueries(error: unknown): void {
    if (error instanceof SynclineError && error.code === "conflict") {
      this.takeoverTimer = setTimeout(() => this.tryAgain(), takeoverMs);
      return;
    }
    this.live.fail(failureOf(error), ++this.counter.current);
  }

  private tryAgain(): void {
    clearTimeout(this.takeoverTimer);
    if (this.isClosed || !this.hasFailed) return;
    this.hasFailed = false;
    this.opening = null;
    this.openInBackground();
  }
}

// The claims that say something about the person; the others change with every token.
function lasting(claims: Claims | null): unknown {
  if (claims === null) return null;
  const { exp: _exp, iat: _iat, nbf: _nbf, jti: _jti, ...rest } = claims;
  return rest;
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
