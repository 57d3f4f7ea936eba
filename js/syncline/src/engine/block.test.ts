// Blocks against the JSON of the same documents, through the real core: whatever a table holds, both give
// functions the same values, with the same keys in the same order.
import { readFile } from "node:fs/promises";
import { convexToJson, type JSONValue, jsonToConvex, type Value } from "convex/values";
import { beforeAll, expect, test } from "vitest";
import createSyncline from "../../wasm/syncline.mjs";
import { SynclineError } from "../error.ts";
import { MemoryStorage } from "../storage/memory.ts";
import { type Block, type Document, decodeBlock } from "./block.ts";
import { operation, type StreamPage } from "./operations.ts";
import { SeededRandom } from "./random.ts";
import { Core, type CoreEngine } from "./wasm.ts";

const any = { type: "any" };
const optional = { fieldType: any, optional: true };
const fieldNames = ["B", "a", "b", "c", "d", "e"];
const table = (tableName: string, documentType: object) => ({
  tableName,
  documentType,
  indexes: [],
});
const object = (value: object) => ({ type: "object", value });

const application = {
  schema: {
    tables: [
      // Fields in columns of their own, and fields all in one.
      table("typed", object(Object.fromEntries(fieldNames.map((name) => [name, optional])))),
      table("untyped", any),
    ],
    schemaValidation: true,
  },
  rules: null,
};

let engine: CoreEngine;

beforeAll(async () => {
  const wasmBinary = await readFile(new URL("../../wasm/syncline.wasm", import.meta.url));
  const core = new Core(await createSyncline({ storage: new MemoryStorage(), wasmBinary }));
  engine = core.open({ path: "blocks", durability: "none", application });
});

const now = 1_750_000_000_000;

function mutate<Result>(run: (execution: number) => Result): Result {
  const begin = { kind: "mutation", now, identity: null, path: "t:t", args: {}, preview: false };
  const { execution } = engine.call<{ execution: number }>(operation.begin, begin);
  const result = run(execution);
  engine.call(operation.commit, { execution });
  return result;
}

function insert(execution: number, tableName: string, value: JSONValue): string {
  return engine.call<{ _id: string }>(operation.insert, { execution, table: tableName, value })._id;
}

interface Read {
  json: Value[];
  blocks: Document[];
}

// The whole table in pages of `count`, both ways.
function readBothWays(tableName: string, count: number, operators: JSONValue[] = []): Read {
  const begin = { kind: "query", now, identity: null };
  const { execution } = engine.call<{ execution: number }>(operation.begin, begin);
  const query = { source: { type: "FullTableScan", tableName, order: "asc" }, operators };
  const open = () =>
    engine.call<{ stream: number }>(operation.streamOpen, { execution, query }).stream;
  const read: Read = { json: [], blocks: [] };
  for (let stream = open(), consumed = 0, done = false; !done; ) {
    const input = { execution, stream, count, consumed };
    const next = engine.call<StreamPage>(operation.streamNext, input);
    read.json.push(...next.page.map((document) => jsonToConvex(document)));
    consumed = next.page.length;
    done = next.done;
  }
  for (let stream = open(), consumed = 0, done = false; !done; ) {
    const input = JSON.stringify({ execution, stream, count, consumed });
    const next: Block = engine.view(operation.streamBlock, input, decodeBlock);
    read.blocks.push(...next.documents);
    consumed = next.documents.length;
    done = next.done;
  }
  engine.call(operation.abort, { execution });
  return read;
}

// Tells everything apart that Convex does, the order of keys too.
function shown(value: Value): string {
  if (value instanceof ArrayBuffer) return `bytes(${[...new Uint8Array(value)]})`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : `${value}`;
  if (Array.isArray(value)) return `[${value.map(shown)}]`;
  if (typeof value === "object" && value !== null) {
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    const members = Object.entries(value).map(([name, of]) => `${name}:${shown(of as Value)}`);
    return `{${members}}`;
  }
  return JSON.stringify(value);
}

class Arbitrary {
  constructor(private readonly random: SeededRandom) {}

  below(end: number): number {
    return Math.floor(this.random.next() * end);
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  value(depth: number): Value {
    switch (this.below(depth > 0 ? 11 : 9)) {
      case 0:
        return null;
      case 1:
        return this.below(2) === 0;
      case 2:
        return this.pick([0n, -1n, 255n, -(2n ** 63n), 2n ** 63n - 1n, 123_456_789_012n]);
      case 3:
        return this.pick([0, -0, 1.5, -7, 2 ** 53, 1e300, 5e-324, Number.NaN, -Infinity]);
      case 4:
        return new Uint8Array(this.below(4)).map(() => this.below(256)).buffer;
      case 5:
      case 6:
        return this.pick([
          "same",
          "same",
          "",
          "\ufeff",
          'a\u0000"\\\n',
          "é€😀".repeat(this.below(60)),
        ]);
      case 7:
      case 8:
        return `text ${this.below(1000)}`;
      case 9:
        return Array.from({ length: this.below(4) }, () => this.value(depth - 1));
      default:
        return this.object(depth - 1, ["1", "10", "constructor", "x", "y"]);
    }
  }

  object(depth: number, names: readonly string[]): Record<string, Value> {
    const fields: [string, Value][] = [];
    for (const name of names) if (this.below(3) > 0) fields.push([name, this.value(depth)]);
    return Object.fromEntries(fields);
  }
}

for (const tableName of ["typed", "untyped"]) {
  test(`random documents of a table (${tableName}) come alike by block and by JSON`, async () => {
    const arbitrary = new Arbitrary(new SeededRandom(Uint32Array.of(25, 7, 1, 9)));
    const given = new Map<string, string>();
    for (let round = 0; round < 40; ++round) {
      mutate((execution) => {
        for (let n = 0; n < 20; ++n) {
          const fields = arbitrary.object(3, fieldNames);
          const id = insert(execution, tableName, convexToJson(fields));
          given.set(id, shown(fields));
        }
      });
    }
    for (const count of [1, 7, 100, 4096]) {
      const { json, blocks } = readBothWays(tableName, count);
      expect(blocks.map(shown)).toEqual(json.map(shown));
      expect(blocks.length).toBe(given.size);
      for (const { _id, _creationTime, ...fields } of blocks) {
        expect(typeof _creationTime).toBe("number");
        expect(shown(fields)).toBe(given.get(_id as string));
      }
    }
  });
}

test("filters and limits hold for blocks as for JSON", () => {
  const isText = { $gte: [{ $field: "a" }, { $literal: "" }] };
  const filter = { filter: { $and: [isText, { $lt: [{ $field: "a" }, { $literal: "z" }] }] } };
  const { json, blocks } = readBothWays("typed", 10, [filter, { limit: 25 }]);
  expect(blocks.length).toBe(25);
  expect(blocks.map(shown)).toEqual(json.map(shown));
});

test("a member called __proto__ is a member, not the prototype", () => {
  mutate((execution) => {
    const value = '{"e":{"__proto__":{"isAdmin":true}}}';
    engine.callText(
      operation.insert,
      `{"execution":${execution},"table":"typed","value":${value}}`,
    );
  });
  const { e } = readBothWays("typed", 4096).blocks.at(-1) as { e: { isAdmin?: boolean } };
  expect(Object.keys(e)).toEqual(["__proto__"]);
  expect(e.isAdmin).toBeUndefined();
});

test("a block that is none is refused", () => {
  expect(() => decodeBlock(new Uint8Array(20))).toThrow(SynclineError);
});
