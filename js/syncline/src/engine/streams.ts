// Streams: the open index walks of one function. Documents are fetched in pages, because npm convex asks
// for one at a time; the core is told exactly how many the function was given, so that no more than those
// count as read, and after a write the rest of a page is fetched anew.
import type { JSONValue, Value } from "convex/values";
import { SynclineError } from "../error.ts";
import { decodeBlock } from "./block.ts";
import { operation, type StreamPage } from "./operations.ts";
import type { Transaction } from "./transaction.ts";

// The first page of a query without a limit, how far pages grow, and the page of who wants them all.
const pageSizes = { first: 32, max: 512, all: 4096 } as const;

interface Page<Document> {
  documents: Document[];
  done: boolean;
}

// How a function is given documents: as values, or as npm convex reads them.
export type DocumentForm<Document> = (transaction: Transaction, members: string) => Page<Document>;

export const asValues: DocumentForm<Record<string, Value>> = (transaction, members) =>
  transaction.view(operation.streamBlock, members, decodeBlock);

export const asJson: DocumentForm<JSONValue> = (transaction, members) => {
  const text = transaction.callText(operation.streamNext, members);
  const { page, done } = JSON.parse(text) as StreamPage;
  return { documents: page, done };
};

export class Stream<Document> {
  private page: Document[] = [];
  private given = 0; // of the page
  private isDone = false; // the page is the last
  private isStale = false; // a write came since
  private size: number; // of the next page
  private isOpen = true;
  private readonly core: number;

  constructor(
    private readonly transaction: Transaction,
    private readonly form: DocumentForm<Document>,
    query: JSONValue,
  ) {
    const opened = transaction.call<{ stream: number }>(operation.streamOpen, { query });
    this.core = opened.stream;
    this.size = Math.min(limitOf(query), pageSizes.first);
  }

  // The next document, or undefined at the end.
  take(): Document | undefined {
    this.refill();
    const document = this.page[this.given];
    if (document !== undefined) ++this.given;
    return document;
  }

  // All that are left of a page; empty at the end.
  takePage(): Document[] {
    this.size = pageSizes.all;
    this.refill();
    const documents = this.given === 0 ? this.page : this.page.slice(this.given);
    this.given = this.page.length;
    return documents;
  }

  // Tells the core what has been given of the page, which counts as read by then.
  settle(): void {
    if (!this.isOpen || this.given === 0) return;
    // Who asks often gives up pages.
    this.size = 1;
    this.fetch();
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    const members = `,"stream":${this.core},"consumed":${this.given}`;
    this.transaction.callText(operation.streamClose, members);
  }

  // Its transaction, or the part of it that it was opened in, is gone.
  forget(): void {
    this.isOpen = false;
  }

  markStale(): void {
    this.isStale = true;
  }

  private refill(): void {
    if (!this.isOpen) throw new SynclineError("invalid", "this query has been closed");
    const isUsedUp = this.given === this.page.length;
    if (this.isStale || (isUsedUp && !this.isDone)) this.fetch();
  }

  private fetch(): void {
    const { documents, done } = this.form(
      this.transaction,
      `,"stream":${this.core},"count":${this.size},"consumed":${this.given}`,
    );
    this.page = documents;
    this.given = 0;
    this.isDone = done;
    this.isStale = false;
    this.size = Math.min(2 * this.size, pageSizes.max);
  }
}

// The query's smallest limit: first() is 1, unique() 2, take(n) n.
function limitOf(query: JSONValue): number {
  const operators = (query as { operators?: { limit?: number }[] }).operators ?? [];
  const limits = operators.flatMap(({ limit }) => (typeof limit === "number" ? [limit] : []));
  return Math.max(1, Math.min(...limits, Number.POSITIVE_INFINITY));
}
