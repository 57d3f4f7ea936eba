// Reading whole tables of an open database, page by page. Rows that change meanwhile are in or not.
import { type JSONValue, jsonToConvex } from "convex/values";
import type { Engine } from "../../engine/engine.ts";
import { operation, type QueryPage } from "../../engine/operations.ts";
import type { Document } from "./values.ts";

// Within what one query may read.
const pageDocuments = 1000;

export async function* pagesOf(engine: Engine, table: string): AsyncGenerator<Document[]> {
  const query = {
    source: { type: "FullTableScan", tableName: table, order: "asc" },
    operators: [],
  };
  for (let cursor: string | null = null, isDone = false; !isDone; ) {
    const input: object = {
      query,
      cursor,
      endCursor: null,
      pageSize: pageDocuments,
      maximumRowsRead: null,
      maximumBytesRead: null,
    };
    const page: QueryPage = await engine.transact("query", (transaction) =>
      transaction.call<QueryPage>(operation.page, input),
    );
    yield page.page.map((json: JSONValue) => jsonToConvex(json) as Document);
    ({ continueCursor: cursor, isDone } = page);
  }
}

export async function isEmpty(engine: Engine, table: string): Promise<boolean> {
  for await (const page of pagesOf(engine, table)) return page.length === 0;
  return true;
}
