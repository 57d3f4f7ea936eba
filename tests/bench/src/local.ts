// The suite "local": what a subject measures, and how much of it, the same for each.

export interface LocalSizes {
  warmUps: number;
  /** Single-row mutations. */
  mutations: number;
  bulkRows: number;
  bulkRowsPerTransaction: number;
  /** Rows that one index range gives. */
  groupSize: number;
  /** Ids that one query reads, and how often it does. */
  reads: number;
  readRounds: number;
  ranges: number;
  liveQueries: number;
  /** Rows that one live query gives. */
  liveRows: number;
  liveWrites: number;
  /** Rows of the two queries that are measured alone, and how often each runs. */
  queryRows: number;
  collectRows: number;
  queries: number;
  /** One row each. */
  manyLiveQueries: number;
}

/** In the units of the results. The read cases come after bulk-insert-100k and read its rows. */
export interface LocalSubject {
  "durable-mutation"(sizes: LocalSizes): Promise<number>;
  "live-callback-1"(sizes: LocalSizes): Promise<number>;
  "live-callback-200"(sizes: LocalSizes): Promise<number>;
  "live-callback-10k"(sizes: LocalSizes): Promise<number>;
  "query-20"(sizes: LocalSizes): Promise<number>;
  "collect-1000"(sizes: LocalSizes): Promise<number>;
  "bulk-insert-100k"(sizes: LocalSizes): Promise<number>;
  "read-by-id"(sizes: LocalSizes): Promise<number>;
  "index-range-100"(sizes: LocalSizes): Promise<number>;
  /** Beside durable-mutation: the same counted on the other side of the worker's boundary. */
  "durable-mutation elsewhere"(sizes: LocalSizes): Promise<number>;
  /** The same with the query on the other side of it. */
  "live-callback-10k elsewhere"?(sizes: LocalSizes): Promise<number>;
  /** The two queries through npm convex's own layer. */
  "query-20 by convex"?(sizes: LocalSizes): Promise<number>;
  "collect-1000 by convex"?(sizes: LocalSizes): Promise<number>;
  close(): Promise<void>;
}
