// Frame: one run of a query or mutation function within a transaction, and what it may do there. A function
// that it calls runs in a frame of its own, a mutation's in a sub-transaction that rolls back alone.
//
// While a called function runs, the transaction is its alone: the caller's own calls wait until it has
// ended, because a sub-transaction takes back all that was written since it began.
import type { JSONValue } from "convex/values";
import { SynclineError } from "../error.ts";
import type { FunctionAddress } from "./address.ts";
import { FunctionCalls, type FunctionStart, type HostParts } from "./calls.ts";
import {
  type LimitChecks,
  metricsOf,
  type TransactionLimits,
  type TransactionMetrics,
} from "./limits.ts";
import { type Operation, operation } from "./operations.ts";
import { type DocumentForm, Stream } from "./streams.ts";
import type { Transaction } from "./transaction.ts";

export interface FrameStart extends FunctionStart {
  kind: "query" | "mutation";
  transaction: Transaction;
  // Nested calls above this one.
  depth: number;
  // The page cursor at which the page of an earlier run of this query ended.
  journal: string | null;
  limits: LimitChecks;
}

// Runs a function in a frame, with arguments and result as JSON text.
export type RunFrame = (frame: Frame, argsText: string) => Promise<string>;

export interface PageRequest {
  query: JSONValue;
  cursor: string | null;
  endCursor: string | null;
  pageSize: number;
  maximumRowsRead: number | null;
  maximumBytesRead: number | null;
}

export type CallKind = "query" | "mutation" | "snapshotQuery";

const nestedMax = 8;

export class Frame extends FunctionCalls {
  declare readonly kind: "query" | "mutation";
  readonly transaction: Transaction;
  // Where this run's page ends, for the next run of the same live query.
  journal: string | null;
  private readonly depth: number;
  private readonly limits: LimitChecks;
  private readonly streams = new Set<Stream<unknown>>();
  private readonly closing = new Set<Stream<unknown>>(); // when the called function has ended
  private hasPaginated = false;
  private hasWritten = false;
  private isOpen = true;
  private called: Promise<unknown> | null = null; // the function that runs now

  constructor(
    parts: HostParts,
    private readonly runFrame: RunFrame,
    start: FrameStart,
  ) {
    super(parts, start);
    this.transaction = start.transaction;
    this.journal = start.journal;
    this.depth = start.depth;
    this.limits = start.limits;
  }

  // A document as JSON text, or "null".
  get(id: string, table: string | undefined, isSystem: boolean): Promise<string> {
    return this.inTurn(() => {
      const text = this.transaction.callText(
        operation.get,
        `,"id":${JSON.stringify(id)}${this.tableMember(table)},"isSystem":${isSystem}`,
      );
      return soleMember("document", text);
    });
  }

  // `value` is JSON text. The new document's id.
  async insert(table: string, value: string): Promise<string> {
    const text = await this.write(operation.insert, `${this.tableMember(table)},"value":${value}`);
    return (JSON.parse(text) as { _id: string })._id;
  }

  async patch(id: string, table: string | undefined, value: string): Promise<void> {
    await this.write(operation.patch, this.changeMembers(id, table, value));
  }

  async replace(id: string, table: string | undefined, value: string): Promise<void> {
    await this.write(operation.replace, this.changeMembers(id, table, value));
  }

  async delete(id: string, table: string | undefined): Promise<void> {
    await this.write(operation.delete, `,"id":${JSON.stringify(id)}${this.tableMember(table)}`);
  }

  // Puts a row back as an entry of its history has it. The row's id.
  async restore(entry: string): Promise<string> {
    const text = await this.write(operation.restore, `,"entry":${JSON.stringify(entry)}`);
    return (JSON.parse(text) as { _id: string })._id;
  }

  normalizeId(table: string, id: string): string | null {
    return this.transaction.call<{ id: string | null }>(operation.normalizeId, {
      table: this.tableName(table),
      id,
    }).id;
  }

  openStream<Document>(query: JSONValue, form: DocumentForm<Document>): FrameStream<Document> {
    this.requireOpen();
    return new FrameStream(this, this.mapQuery(query), form);
  }

  async page({ query, endCursor, ...rest }: PageRequest): Promise<string> {
    if (this.hasPaginated) {
      throw new Error(
        "This query or mutation function ran multiple paginated queries. " +
          "Convex only supports a single paginated query in each function.",
      );
    }
    this.hasPaginated = true;
    const text = await this.inTurn(() =>
      this.transaction.callText(
        operation.page,
        `,${JSON.stringify({
          query: this.mapQuery(query),
          endCursor: endCursor ?? this.journal,
          ...rest,
        }).slice(1, -1)}`,
      ),
    );
    this.journal = (JSON.parse(text) as { continueCursor: string }).continueCursor;
    return text;
  }

  async count(table: string, form: DocumentForm<unknown>): Promise<number> {
    const stream = this.openStream(
      { source: { type: "FullTableScan", tableName: table, order: null }, operators: [] },
      form,
    );
    let count = 0;
    for (let page = await stream.nextPage(); page.length > 0; page = await stream.nextPage()) {
      count += page.length;
    }
    stream.close();
    return count;
  }

  // Calls a function; its result as JSON text. Throws a FunctionFailed of what it threw.
  async run(
    callKind: CallKind,
    address: FunctionAddress,
    argsText: string,
    limits: TransactionLimits = {},
  ): Promise<string> {
    const kind = callKind === "mutation" ? "mutation" : "query";
    if (kind === "mutation" && this.kind === "query") {
      throw new SynclineError("denied", "a query cannot run a mutation: make it a mutation");
    }
    if (this.depth >= nestedMax) {
      throw new SynclineError(
        "invalid",
        `functions call each other more than ${nestedMax} deep, at ${this.path}`,
      );
    }
    const info = await this.find(address, kind);
    while (this.called) await settled(this.called);
    this.requireOpen();
    if (callKind === "snapshotQuery" && this.transaction.hasWritten) {
      throw new SynclineError(
        "unavailable",
        `${info.path}: useStaleSnapshot works only before the mutation's first write`,
      );
    }
    const frame = new Frame(this.parts, this.runFrame, {
      kind,
      component: info.component,
      path: info.path,
      visibility: info.visibility,
      caller: this.caller,
      transaction: this.transaction,
      depth: this.depth + 1,
      journal: null,
      limits: this.limits.within(this.transaction, limits),
    });
    const called = frame.runCalled(this.transaction.resolve(argsText));
    this.called = called;
    try {
      const result = await called;
      if (frame.hasWritten) this.noteWrite();
      return result;
    } finally {
      this.called = null;
      if (!this.transaction.hasEnded) for (const stream of this.closing) stream.close();
      this.closing.clear();
    }
  }

  // The function has returned or thrown: called functions may still run, but nothing else begins.
  async end(): Promise<void> {
    while (this.called) await settled(this.called);
    this.isOpen = false;
    if (this.transaction.hasEnded) return;
    for (const stream of this.streams) stream.close();
    this.streams.clear();
  }

  metrics(): Promise<TransactionMetrics> {
    return this.inTurn(() => {
      for (const stream of this.streams) stream.settle();
      return this.limits.narrow(metricsOf(this.transaction));
    });
  }

  override nowMs(): number {
    return this.transaction.nowMs;
  }

  // Nanoseconds.
  snapshotTs(): bigint {
    return this.transaction.snapshotTs;
  }

  // The rest is called by FrameStream only.

  async inTurn<Result>(run: () => Result): Promise<Result> {
    while (this.called) await settled(this.called);
    this.requireOpen();
    const result = run();
    this.limits.check(this.transaction);
    return result;
  }

  open(stream: Stream<unknown>): void {
    this.streams.add(stream);
  }

  close(stream: Stream<unknown>): void {
    if (!this.streams.delete(stream)) return;
    if (this.called) this.closing.add(stream);
    else stream.close();
  }

  protected override within<Result>(
    kind: "query" | "mutation",
    run: (transaction: Transaction) => Result,
  ): Promise<Result> {
    return this.inTurn(() => {
      if (kind === "mutation") this.requireHostWrites();
      const result = run(this.transaction);
      if (kind === "mutation") this.noteWrite();
      return result;
    });
  }

  private async runCalled(argsText: string): Promise<string> {
    const { transaction } = this;
    const mark = this.kind === "mutation" ? transaction.mark() : null;
    if (mark) transaction.beginSub();
    try {
      const result = await this.runFrame(this, argsText);
      await this.end();
      if (mark) transaction.commitSub();
      return result;
    } catch (error) {
      await this.abandon();
      if (mark) transaction.rollbackSub(mark);
      throw error;
    }
  }

  private async abandon(): Promise<void> {
    while (this.called) await settled(this.called);
    // A rollback closes a mutation's streams.
    if (this.kind === "mutation") {
      for (const stream of this.streams) stream.forget();
      this.streams.clear();
    }
    await this.end();
  }

  private write(name: Operation, members: string): Promise<string> {
    return this.inTurn(() => {
      this.requireMutation();
      const output = this.transaction.writeText(name, members);
      this.noteWrite();
      return output;
    });
  }

  private noteWrite(): void {
    this.hasWritten = true;
    for (const stream of this.streams) stream.markStale();
  }

  private changeMembers(id: string, table: string | undefined, value: string): string {
    return `,"id":${JSON.stringify(id)}${this.tableMember(table)},"value":${value}`;
  }

  private tableMember(table: string | undefined): string {
    return table === undefined ? "" : `,"table":${JSON.stringify(this.tableName(table))}`;
  }

  // A component's tables stand behind its path; the host's own belong to all.
  private tableName(table: string): string {
    if (typeof table !== "string" || table.includes("/")) {
      throw new SynclineError("not found", `there is no table ${JSON.stringify(table)}`);
    }
    return this.component === "" || table.startsWith("_") ? table : `${this.component}/${table}`;
  }

  private mapQuery(query: JSONValue): JSONValue {
    const { source, ...rest } = query as { source: Record<string, JSONValue> };
    const { tableName, indexName } = source;
    if (typeof tableName === "string") {
      return { source: { ...source, tableName: this.tableName(tableName) }, ...rest };
    }
    return { source: { ...source, indexName: this.tableName(String(indexName)) }, ...rest };
  }

  // What is written in the host's own tables is here at once, and a strict mutation only asks.
  private requireHostWrites(): void {
    this.requireMutation();
    if (!this.transaction.isStrict) return;
    throw new SynclineError(
      "invalid",
      `${this.path} is strict, so it can neither schedule functions nor write files: do that when it has been accepted`,
    );
  }

  private requireMutation(): void {
    if (this.kind !== "mutation") {
      throw new SynclineError("denied", "a query cannot write: make it a mutation");
    }
  }

  private requireOpen(): void {
    if (!this.isOpen || this.transaction.hasEnded) {
      throw new Error(
        `${this.path} has ended: await every call of ctx.db before the function returns`,
      );
    }
  }
}

// A query's documents, one after another. It begins with the first that is asked for.
export class FrameStream<Document> {
  private stream: Stream<Document> | null = null;
  private isClosed = false;

  constructor(
    private readonly frame: Frame,
    private readonly query: JSONValue,
    private readonly form: DocumentForm<Document>,
  ) {}

  // undefined at the end.
  next(): Promise<Document | undefined> {
    return this.frame.inTurn(() => this.opened().take());
  }

  // As many as are at hand; none at the end.
  nextPage(): Promise<Document[]> {
    return this.frame.inTurn(() => this.opened().takePage());
  }

  close(): void {
    this.isClosed = true;
    if (this.stream) this.frame.close(this.stream as Stream<unknown>);
  }

  private opened(): Stream<Document> {
    if (this.isClosed) throw new SynclineError("invalid", "this query has been closed");
    if (!this.stream) {
      this.stream = new Stream(this.frame.transaction, this.form, this.query);
      this.frame.open(this.stream as Stream<unknown>);
    }
    return this.stream;
  }
}

function settled(work: Promise<unknown>): Promise<void> {
  return work.then(
    () => {},
    () => {},
  );
}

// The text of an object's only member, without parsing it where the text shows where it is.
function soleMember(name: string, text: string): string {
  const prefix = `{"${name}":`;
  if (text.startsWith(prefix)) return text.slice(prefix.length, -1);
  return JSON.stringify((JSON.parse(text) as Record<string, JSONValue>)[name] ?? null);
}
