// Searches through the boundary of the core: by text as queries and live queries, by vectors for actions.
import { readFile } from "node:fs/promises";
import type { JSONValue } from "convex/values";
import { beforeAll, expect, test } from "vitest";
import createSyncline from "../../wasm/syncline.mjs";
import { MemoryStorage } from "../storage/memory.ts";
import { decodeBlock } from "./block.ts";
import { type CoreEvents, operation, type QueryPage } from "./operations.ts";
import { Core, type CoreEngine } from "./wasm.ts";

const now = 1_750_000_000_000;
let engine: CoreEngine;

beforeAll(async () => {
  const wasmBinary = await readFile(new URL("../../wasm/syncline.wasm", import.meta.url));
  const core = new Core(await createSyncline({ storage: new MemoryStorage(), wasmBinary }));
  const table = (tableName: string) => ({
    tableName,
    documentType: { type: "any" },
    indexes: [],
    searchIndexes: [{ indexDescriptor: "by_body", searchField: "body", filterFields: ["room"] }],
    vectorIndexes: [
      { indexDescriptor: "by_v", vectorField: "v", dimensions: 2, filterFields: ["room"] },
    ],
  });
  const schema = { tables: [table("messages"), table("others")], schemaValidation: true };
  const application = { schema, rules: null };
  engine = core.open({ path: "search", durability: "none", application });
  for (const [body, room, v] of [
    ["Lunch at noon?", 1, [1, 0]],
    ["lunch was good, lunch again", 1, [0, 1]],
    ["No lunch for room two", 2, [1, 1]],
  ] as const) {
    insert("messages", { body, room, v: [...v] });
  }
});

function begin(kind: "query" | "mutation"): number {
  const origin = { path: "t:t", args: {}, preview: false };
  const input = { kind, now, identity: null, ...(kind === "mutation" ? origin : {}) };
  return engine.call<{ execution: number }>(operation.begin, input).execution;
}

function insert(table: string, value: JSONValue): void {
  const execution = begin("mutation");
  engine.call(operation.insert, { execution, table, value });
  engine.call(operation.commit, { execution });
}

const lunch = (filters: JSONValue[] = []): { source: JSONValue; operators: JSONValue[] } => ({
  source: {
    type: "Search",
    indexName: "messages.by_body",
    filters: [{ type: "Search", fieldPath: "body", value: "LUN" }, ...filters],
  },
  operators: [],
});

function bodies(execution: number, query: JSONValue): string[] {
  const { stream } = engine.call<{ stream: number }>(operation.streamOpen, { execution, query });
  const input = JSON.stringify({ execution, stream, count: 10, consumed: 0 });
  const { documents, done } = engine.view(operation.streamBlock, input, decodeBlock);
  expect(done).toBe(true);
  const consumed = documents.length;
  engine.call(operation.streamClose, { execution, stream, consumed });
  return documents.map(({ body }) => body as string);
}

test("a search is a query: the most relevant first, filtered, in pages", () => {
  const execution = begin("query");
  const all = ["lunch was good, lunch again", "Lunch at noon?", "No lunch for room two"];
  expect(bodies(execution, lunch())).toEqual(all);
  const ofTwo = [{ type: "Eq", fieldPath: "room", value: 2 }];
  expect(bodies(execution, lunch(ofTwo))).toEqual(["No lunch for room two"]);
  const request = { execution, query: lunch(), endCursor: null, pageSize: 2 };
  const first = engine.call<QueryPage>(operation.page, { ...request, cursor: null });
  const cursor = first.continueCursor;
  const second = engine.call<QueryPage>(operation.page, { ...request, cursor });
  const shown = [...first.page, ...second.page].map((each) => (each as { body: string }).body);
  expect(shown).toEqual(all);
  expect([first.isDone, second.isDone]).toEqual([false, true]);
  engine.call(operation.abort, { execution });
});

test("a live search runs again when its table changes, and only then", () => {
  const invalidated = () => engine.call<CoreEvents>(operation.events, {}).invalidated;
  invalidated(); // what was written before
  const execution = begin("query");
  bodies(execution, lunch());
  const { query } = engine.call<{ query: number }>(operation.keep, { execution });
  insert("others", { body: "lunch" });
  expect(invalidated()).toEqual([]);
  insert("messages", { body: "dinner", v: "no vector" });
  expect(invalidated()).toEqual([query]);
});

test("vectors are found by cosine, among those that the filter admits", () => {
  const execution = begin("query");
  const search = (query: object) =>
    engine.call<{ results: { _id: string; _score: number }[] }>(operation.vectorSearch, {
      execution,
      query: { indexName: "messages.by_v", vector: [2, 0], ...query },
    }).results;
  expect(search({ expressions: null }).map(({ _score }) => _score)).toEqual([
    1,
    expect.closeTo(Math.SQRT1_2),
    0,
  ]);
  const ofTwo = { $eq: [{ $field: "room" }, { $literal: 2 }] };
  expect(search({ expressions: ofTwo })).toHaveLength(1);
  expect(search({ expressions: null, limit: 2 })).toHaveLength(2);
  expect(() => search({ expressions: null, vector: [1, 2, 3] })).toThrow("2 dimensions");
  engine.call(operation.abort, { execution });
});
