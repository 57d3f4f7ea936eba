// ctx.db.query(...): chains as npm convex's do, with its words for what is done wrong. Documents come from
// the core a page at a time and become values once.
import type { JSONValue, Value } from "convex/values";
import type { Frame, FrameStream } from "../frame.ts";
import type { QueryPage } from "../operations.ts";
import { asValues } from "../streams.ts";
import { jsonToValue } from "../values.ts";
import { requireArg, requireNonNegativeInteger } from "./arguments.ts";
import { type Expression, filterBuilder, serializeExpression } from "./filter.ts";
import { IndexRangeBuilder } from "./index-range.ts";
import { SearchFilterBuilder } from "./search-filter.ts";

type Document = Record<string, Value>;
type Order = "asc" | "desc";

type Source =
  | { type: "FullTableScan"; tableName: string; order: Order | null }
  | { type: "IndexRange"; indexName: string; range: readonly JSONValue[]; order: Order | null }
  | { type: "Search"; indexName: string; filters: readonly JSONValue[] };

interface QueryJson {
  source: Source;
  operators: ({ filter: JSONValue } | { limit: number })[];
}

export interface PaginationOptions {
  numItems: number;
  cursor: string | null;
  endCursor?: string | null;
  maximumRowsRead?: number;
  maximumBytesRead?: number;
}

type Predicate = (q: typeof filterBuilder) => Expression | Value | undefined;

const operatorsMax = 256;

export class QueryInitializer {
  constructor(
    private readonly frame: Frame,
    private readonly tableName: string,
  ) {}

  withIndex(indexName: string, range?: (q: IndexRangeBuilder) => IndexRangeBuilder): Query {
    requireArg(indexName, 1, "withIndex", "indexName");
    const builder = IndexRangeBuilder.begin();
    const built = range === undefined ? builder : range(builder);
    return new Query(this.frame, {
      source: {
        type: "IndexRange",
        indexName: `${this.tableName}.${indexName}`,
        range: built.export(),
        order: null,
      },
      operators: [],
    });
  }

  withSearchIndex(
    indexName: string,
    filter: (q: SearchFilterBuilder) => SearchFilterBuilder,
  ): Query {
    requireArg(indexName, 1, "withSearchIndex", "indexName");
    requireArg(filter, 2, "withSearchIndex", "searchFilter");
    return new Query(this.frame, {
      source: {
        type: "Search",
        indexName: `${this.tableName}.${indexName}`,
        filters: filter(SearchFilterBuilder.begin()).export(),
      },
      operators: [],
    });
  }

  fullTableScan(): Query {
    return new Query(this.frame, {
      source: { type: "FullTableScan", tableName: this.tableName, order: null },
      operators: [],
    });
  }

  order(order: Order): Query {
    return this.fullTableScan().order(order);
  }

  count(): Promise<number> {
    return this.frame.count(this.tableName, asValues);
  }

  filter(predicate: Predicate): Query {
    return this.fullTableScan().filter(predicate);
  }

  limit(n: number): Query {
    return this.fullTableScan().limit(n);
  }

  collect(): Promise<Document[]> {
    return this.fullTableScan().collect();
  }

  take(n: number): Promise<Document[]> {
    return this.fullTableScan().take(n);
  }

  paginate(options: PaginationOptions): Promise<Page> {
    return this.fullTableScan().paginate(options);
  }

  first(): Promise<Document | null> {
    return this.fullTableScan().first();
  }

  unique(): Promise<Document | null> {
    return this.fullTableScan().unique();
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Document> {
    return this.fullTableScan()[Symbol.asyncIterator]();
  }
}

export type Page = Omit<QueryPage, "page"> & { page: Document[] };

type State =
  | { type: "preparing"; query: QueryJson }
  | { type: "executing"; stream: FrameStream<Document> }
  | { type: "closed" }
  | { type: "consumed" };

export class Query implements AsyncIterableIterator<Document> {
  private state: State;
  private readonly tableName: string;

  constructor(
    private readonly frame: Frame,
    query: QueryJson,
  ) {
    this.state = { type: "preparing", query };
    const { source } = query;
    this.tableName =
      source.type === "FullTableScan" ? source.tableName : (source.indexName.split(".")[0] ?? "");
  }

  order(order: Order): Query {
    requireArg(order, 1, "order", "order");
    const query = this.takeQuery();
    if (query.source.type === "Search") {
      throw new Error(
        "Search queries must always be in relevance order. Can not set order manually.",
      );
    }
    if (query.source.order !== null) {
      throw new Error("Queries may only specify order at most once");
    }
    query.source.order = order;
    return new Query(this.frame, query);
  }

  filter(predicate: Predicate): Query {
    requireArg(predicate, 1, "filter", "predicate");
    const query = this.takeQuery();
    if (query.operators.length >= operatorsMax) {
      throw new Error(`Can't construct query with more than ${operatorsMax} operators`);
    }
    query.operators.push({ filter: serializeExpression(predicate(filterBuilder)) });
    return new Query(this.frame, query);
  }

  limit(n: number): Query {
    requireArg(n, 1, "limit", "n");
    const query = this.takeQuery();
    query.operators.push({ limit: n });
    return new Query(this.frame, query);
  }

  [Symbol.asyncIterator](): this {
    this.start();
    return this;
  }

  async next(): Promise<IteratorResult<Document>> {
    const stream = this.started();
    const value = await stream.next();
    if (value !== undefined) return { value, done: false };
    this.close();
    return { value: null, done: true };
  }

  async return(): Promise<IteratorResult<Document>> {
    this.close();
    return { value: undefined, done: true };
  }

  async paginate(options: PaginationOptions): Promise<Page> {
    requireArg(options, 1, "paginate", "options");
    if (typeof options?.numItems !== "number" || options.numItems < 0) {
      throw new Error(
        `\`options.numItems\` must be a positive number. Received \`${options?.numItems}\`.`,
      );
    }
    const { numItems, cursor, endCursor, maximumRowsRead, maximumBytesRead } = options;
    const text = await this.frame.page({
      query: this.takeQuery() as unknown as JSONValue,
      cursor,
      endCursor: endCursor ?? null,
      pageSize: numItems,
      maximumRowsRead: maximumRowsRead ?? null,
      maximumBytesRead: maximumBytesRead ?? null,
    });
    const { page, ...rest } = JSON.parse(text) as QueryPage;
    return { page: page.map((json) => jsonToValue(json) as Document), ...rest };
  }

  async collect(): Promise<Document[]> {
    const stream = this.start();
    const documents: Document[] = [];
    try {
      for (let page = await stream.nextPage(); page.length > 0; page = await stream.nextPage()) {
        for (const document of page) documents.push(document);
      }
    } finally {
      this.close();
    }
    return documents;
  }

  async take(n: number): Promise<Document[]> {
    requireArg(n, 1, "take", "n");
    requireNonNegativeInteger(n, 1, "take", "n");
    return this.limit(n).collect();
  }

  async first(): Promise<Document | null> {
    return (await this.take(1))[0] ?? null;
  }

  async unique(): Promise<Document | null> {
    const [first, second] = await this.take(2);
    if (first && second) {
      throw new Error(
        `unique() query returned more than one result from table ${this.tableName}:\n ` +
          `[${first["_id"] as string}, ${second["_id"] as string}, ...]`,
      );
    }
    return first ?? null;
  }

  private takeQuery(): QueryJson {
    if (this.state.type !== "preparing") {
      throw new Error(
        "A query can only be chained once and can't be chained after iteration begins.",
      );
    }
    const { query } = this.state;
    this.state = { type: "closed" };
    return query;
  }

  private start(): FrameStream<Document> {
    if (this.state.type === "executing") {
      throw new Error("Iteration can only begin on a query once.");
    }
    return this.started();
  }

  private started(): FrameStream<Document> {
    switch (this.state.type) {
      case "executing":
        return this.state.stream;
      case "consumed":
        throw new Error("This query is closed and can't emit any more values.");
      case "closed":
        throw new Error("This query has been chained with another operator and can't be reused.");
      case "preparing": {
        const query = this.state.query as unknown as JSONValue;
        const stream = this.frame.openStream(query, asValues);
        this.state = { type: "executing", stream };
        return stream;
      }
      default:
        this.state satisfies never;
        throw new TypeError("a query in no state");
    }
  }

  private close(): void {
    if (this.state.type === "executing") this.state.stream.close();
    this.state = { type: "consumed" };
  }
}

// What a function returns instead of its results when it forgets to ask for them.
export function isQuery(value: unknown): boolean {
  return value instanceof Query || value instanceof QueryInitializer;
}
