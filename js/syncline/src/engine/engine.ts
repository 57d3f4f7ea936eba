// Engine: one person's open database with the application's functions on it. Everything that touches the
// core comes through here and takes its turn: many queries at a time, or one write alone.
import type { JSONValue } from "convex/values";
import { SynclineError } from "../error.ts";
import type { App } from "./application.ts";
import { FunctionHost, type MutationRun, type QueryRun } from "./host.ts";
import type { Claims } from "./identity.ts";
import { ReadWriteLock } from "./lock.ts";
import {
  type CoreEvents,
  operation,
  type PendingReport,
  type RefusedReport,
} from "./operations.ts";
import type { Outcome } from "./outcome.ts";
import type { CoreEngine } from "./wasm.ts";

export interface EngineListener {
  // After every commit, message and disconnect, while nothing else runs.
  changed(events: CoreEvents): void;
}

// Grows with every commit, across the databases of a session.
export interface VersionCounter {
  current: number;
}

export class Engine {
  readonly lock = new ReadWriteLock();
  isClosed = false;
  listener: EngineListener | null = null;
  private readonly host: FunctionHost;

  constructor(
    app: App,
    private readonly core: CoreEngine,
    private claims: Claims | null,
    private readonly counter: VersionCounter = { current: 0 },
    functionTimeoutMs?: number,
  ) {
    this.host = new FunctionHost(app, core, functionTimeoutMs);
  }

  get version(): number {
    return this.counter.current;
  }

  setClaims(claims: Claims | null): void {
    this.claims = claims;
  }

  // One run, not kept.
  query(path: string, args: JSONValue): Promise<Outcome> {
    return this.lock.read(async () => {
      this.requireOpen();
      return (await this.host.query({ path, args, claims: this.claims }, false)).outcome;
    });
  }

  // REQUIRES: the read lock (live-queries.ts holds it for a batch).
  runLive(path: string, args: JSONValue): Promise<QueryRun> {
    return this.host.query({ path, args, claims: this.claims }, true);
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
    preview: boolean,
    onApplied: (run: MutationRun) => void,
  ): Promise<void> {
    return this.lock.write(async () => {
      this.requireOpen();
      const run = await this.host.mutation({ path, args, claims: this.claims }, preview);
      if (run.committed) ++this.counter.current;
      onApplied(run);
      this.tell();
    });
  }

  connected(token: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.exclusively(() =>
      this.core.message(operation.connected, { now: Date.now(), token }),
    );
  }

  receive(bytes: Uint8Array): Promise<void> {
    return this.exclusively(() => {
      try {
        this.core.receive(Date.now(), bytes);
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

  // Waits for what runs, then gives up the core's database.
  close(): Promise<void> {
    return this.exclusively(() => {
      if (this.isClosed) return;
      this.isClosed = true;
      this.listener = null;
      this.core.close();
    });
  }

  // REQUIRES: to be called within `exclusively`.
  tellNow(): void {
    if (!this.isClosed) this.tell();
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
