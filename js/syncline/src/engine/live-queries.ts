// LiveQueries: query functions whose results are kept up to date. After a commit those that it touched
// run again, all against one state of the database, and what became of them is told as one batch.
//
// They outlive the database that they run on: when another person signs in, another one is attached.
import type { JSONValue } from "convex/values";
import type { Engine } from "./engine.ts";
import { type Failure, type Outcome, outcomeText } from "./outcome.ts";

export type LiveQueryId = number & { readonly brand?: "LiveQueryId" };

// A result, and where its page ended: the next run ends there as well, whatever was inserted.
export type Told = Outcome & { journal: string | null };

export interface Batch {
  // The state that all of it shows; grows with every commit.
  version: number;
  // Results that are new or differ from what was last told.
  changes: ReadonlyMap<LiveQueryId, Told>;
}

export interface LiveQueriesListener {
  // Also for a batch without changes: it tells that a version has been reached.
  onBatch(batch: Batch): void;
  // A query met damaged data. True if another engine will be attached: then nobody is told of it.
  onCorrupt(engine: Engine): boolean;
}

// A function of the application, or a statement of SQL.
type Question = { path: string; args: JSONValue } | { sql: string; args: JSONValue[] };

interface LiveQuery {
  question: Question;
  kept: number | null; // the core's number for what it read
  journal: string | null;
  text: string | null; // of the last outcome that was told
}

export class LiveQueries {
  private readonly queries = new Map<LiveQueryId, LiveQuery>();
  private readonly byKept = new Map<number, LiveQueryId>();
  private dirty = new Set<LiveQueryId>();
  private engine: Engine | null = null;
  private unavailable: { failure: Failure; version: number } | null = null;
  private isScheduled = false;
  private isWanted = false; // a batch that begins from now on
  private nextId = 1;

  constructor(private readonly listener: LiveQueriesListener) {}

  get size(): number {
    return this.queries.size;
  }

  // `journal`: of the same query in an earlier connection.
  add(path: string, args: JSONValue, journal: string | null = null): LiveQueryId {
    return this.addQuestion({ path, args }, journal);
  }

  // Its results are those of Engine.sql.
  addSql(sql: string, args: JSONValue[]): LiveQueryId {
    return this.addQuestion({ sql, args }, null);
  }

  remove(id: LiveQueryId): void {
    const query = this.queries.get(id);
    if (!query) return;
    this.queries.delete(id);
    this.dirty.delete(id);
    this.forget(query);
  }

  // Every query runs anew on this engine; null: none for now.
  attach(engine: Engine | null): void {
    this.engine = engine;
    this.unavailable = null;
    this.byKept.clear();
    for (const query of this.queries.values()) query.kept = null;
    this.invalidateAll();
  }

  // Another person's pages end elsewhere.
  forgetPages(): void {
    for (const query of this.queries.values()) query.journal = null;
  }

  invalidate(kept: readonly number[]): void {
    for (const each of kept) {
      const id = this.byKept.get(each);
      if (id !== undefined) this.dirty.add(id);
    }
    this.schedule();
  }

  invalidateAll(): void {
    for (const id of this.queries.keys()) this.dirty.add(id);
    this.schedule();
  }

  // There is no database to run on: every query fails with this until one is attached.
  fail(failure: Failure, version: number): void {
    this.unavailable = { failure, version };
    this.invalidateAll();
  }

  // Makes sure that a batch follows, if only to tell the version.
  schedule(): void {
    this.isWanted = true;
    if (this.isScheduled || (this.engine === null && this.unavailable === null)) return;
    this.isScheduled = true;
    if (this.engine) void this.refresh(this.engine);
    else queueMicrotask(() => this.failDue());
  }

  private addQuestion(question: Question, journal: string | null): LiveQueryId {
    const id = this.nextId++;
    this.queries.set(id, { question, kept: null, journal, text: null });
    this.dirty.add(id);
    this.schedule();
    return id;
  }

  private failDue(): void {
    this.isScheduled = false;
    if (!this.unavailable) {
      this.schedule();
      return;
    }
    this.isWanted = false;
    const { failure, version } = this.unavailable;
    const changes = new Map<LiveQueryId, Told>();
    for (const id of this.dirty) {
      const outcome: Told = { ok: false, failure, journal: null };
      if (this.isNew(id, outcome)) changes.set(id, outcome);
    }
    this.dirty.clear();
    this.listener.onBatch({ version, changes });
  }

  private async refresh(engine: Engine): Promise<void> {
    try {
      // What else is added or invalidated in this turn belongs to the same batch.
      await Promise.resolve();
      await engine.lock.read(async () => {
        // Another engine's batch follows.
        if (engine !== this.engine) return;
        this.isWanted = false;
        if (engine.isClosed) return;
        const version = engine.version;
        const due = [...this.dirty];
        this.dirty.clear();
        const outcomes = await Promise.all(due.map((id) => this.run(engine, id)));
        if (engine !== this.engine) return;
        const isCorrupt = outcomes.some(
          (outcome) => outcome?.ok === false && outcome.failure.error.code === "corrupt",
        );
        if (isCorrupt && this.listener.onCorrupt(engine)) return;
        const changes = new Map<LiveQueryId, Told>();
        for (const [index, id] of due.entries()) {
          const outcome = outcomes[index];
          if (outcome && this.isNew(id, outcome)) changes.set(id, outcome);
        }
        this.listener.onBatch({ version, changes });
      });
    } finally {
      this.isScheduled = false;
      if (this.isWanted) this.schedule();
    }
  }

  private async run(engine: Engine, id: LiveQueryId): Promise<Told | null> {
    const query = this.queries.get(id);
    if (!query) return null;
    const { question } = query;
    const { outcome, kept, journal } = await ("sql" in question
      ? engine.runLiveSql(question.sql, question.args)
      : engine.runLive(question.path, question.args, query.journal));
    if (this.queries.get(id) !== query || engine !== this.engine) {
      if (kept !== null) engine.drop(kept);
      return null;
    }
    this.forget(query);
    query.kept = kept;
    query.journal = journal;
    if (kept !== null) this.byKept.set(kept, id);
    return { ...outcome, journal };
  }

  private isNew(id: LiveQueryId, outcome: Outcome): boolean {
    const query = this.queries.get(id);
    const text = outcomeText(outcome);
    if (!query || query.text === text) return false;
    query.text = text;
    return true;
  }

  private forget(query: LiveQuery): void {
    if (query.kept === null) return;
    this.byKept.delete(query.kept);
    if (this.engine && !this.engine.isClosed) this.engine.drop(query.kept);
    query.kept = null;
  }
}
