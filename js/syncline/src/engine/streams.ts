// Streams: the open index walks of one execution. Documents are fetched in pages, because npm convex asks
// for one at a time; the core is told exactly how many the function was given, so that no more than those
// count as read, and after a write the rest of a page is fetched anew.
import type { JSONValue } from "convex/values";
import { SynclineError } from "../error.ts";
import { operation, type StreamPage } from "./operations.ts";
import type { CoreEngine } from "./wasm.ts";

// The first page of a query without a limit, and how far pages grow.
const pageSizes = { first: 32, max: 512 } as const;

interface Stream {
  core: number;
  page: JSONValue[];
  given: number; // of the page
  isDone: boolean; // the page is the last
  isStale: boolean; // a write came since
  size: number; // of the next page
}

export class Streams {
  private readonly streams = new Map<number, Stream>();
  private next = 0;

  constructor(
    private readonly engine: CoreEngine,
    private readonly execution: number,
  ) {}

  open(query: JSONValue): number {
    const { stream } = this.engine.call<{ stream: number }>(operation.streamOpen, {
      execution: this.execution,
      query,
    });
    const id = this.next++;
    this.streams.set(id, {
      core: stream,
      page: [],
      given: 0,
      isDone: false,
      isStale: false,
      size: Math.min(limitOf(query), pageSizes.first),
    });
    return id;
  }

  // The next document, or undefined at the end.
  take(id: number): JSONValue | undefined {
    const stream = this.streams.get(id);
    if (!stream) throw new SynclineError("invalid", `this query (${id}) has been closed`);
    const isUsedUp = stream.given === stream.page.length;
    if (stream.isStale || (isUsedUp && !stream.isDone)) this.fetch(stream);
    const document = stream.page[stream.given];
    if (document !== undefined) ++stream.given;
    return document;
  }

  close(id: number): void {
    const stream = this.streams.get(id);
    if (!stream) return;
    this.streams.delete(id);
    this.engine.call(operation.streamClose, {
      execution: this.execution,
      stream: stream.core,
      consumed: stream.given,
    });
  }

  closeAll(): void {
    for (const id of [...this.streams.keys()]) this.close(id);
  }

  markStale(): void {
    for (const stream of this.streams.values()) stream.isStale = true;
  }

  private fetch(stream: Stream): void {
    // A walk that has reached its end stays there, whatever is written behind it; so the last document
    // is taken back, and passed over if it comes again.
    const last = stream.isDone ? stream.page[stream.given - 1] : undefined;
    const { page, done } = this.engine.call<StreamPage>(operation.streamNext, {
      execution: this.execution,
      stream: stream.core,
      count: stream.size,
      consumed: stream.given - (last === undefined ? 0 : 1),
    });
    stream.page = page;
    stream.given = last !== undefined && idOf(page[0]) === idOf(last) ? 1 : 0;
    stream.isDone = done;
    stream.isStale = false;
    stream.size = Math.min(2 * stream.size, pageSizes.max);
  }
}

function idOf(document: JSONValue | undefined): string | undefined {
  return (document as { _id?: string } | undefined)?._id;
}

// The query's smallest limit: first() is 1, unique() 2, take(n) n.
function limitOf(query: JSONValue): number {
  const operators = (query as { operators?: { limit?: number }[] }).operators ?? [];
  const limits = operators.flatMap(({ limit }) => (typeof limit === "number" ? [limit] : []));
  return Math.max(1, Math.min(...limits, Number.POSITIVE_INFINITY));
}
