// Every table of every system, through real functions on the real core: valid documents are inserted and
// read back through every index, at every number of equalities, with ranges, in both orders; found through
// every search and vector index; rewritten and read again; and documents that are wrong in one place are
// refused.
import { anyApi, type FunctionReference } from "convex/server";
import { beforeAll, expect, describe as group, it } from "vitest";
import {
  breakDocument,
  type Document,
  makeDocument,
  makeVector,
  Random,
  requiredTables,
  type Source,
  words,
} from "./arbitrary.ts";
import type { SchemaJson } from "./listing.ts";
import { cosine, type Row, rangesOf, valueAt, walkOf, withWord } from "./oracle.ts";
import { loadSystem, startSystem, systemNames } from "./systems.ts";

const seed = 20_261_121;
const rowsPerTable = 24;

type Table = SchemaJson["tables"][number];
group.each(systemNames)("%s", async (name) => {
  const system = await loadSystem(name);
  const tables = inOrderOfNeed(system.tables);
  const device = startSystem(system);
  const random = new Random(seed);
  // What must be there, by table.
  const rows = new Map<string, Row[]>();
  // Of files, which are in no table of the system's own.
  const ids = new Map<string, string[]>();

  beforeAll(async () => {
    const file = await device.run(({ storage }) => storage.store(new Blob(["a file"])));
    ids.set("_storage", [file]);
    for (const table of tables) rows.set(table.tableName, await insertRows(table));
  });

  it.each(indexesOf(tables))("%s walks %s", async (table, index, fields) => {
    await checkWalks(table, index, fields);
  });

  it.each(searchesOf(tables))("%s finds by %s", async (table, index, field, filters) => {
    await checkSearch(table, index, field, filters);
  });

  it.each(vectorsOf(tables))("%s finds what is near by %s", async (table, index, vector) => {
    await checkNearest(table, index, vector);
  });

  it.each(tables.map((table) => [table.tableName, table] as const))(
    "%s refuses what is wrong",
    async (tableName, table) => {
      const broken = breakDocument(table.documentType, make(table), sourceOf(table));
      const errors = (await mutation("insertBroken", {
        table: tableName,
        documents: broken.map(({ document }) => document),
      })) as (string | null)[];
      for (const [i, { what, field }] of broken.entries()) {
        expect(errors[i], what).toContain(field);
        expect(errors[i], what).toContain(tableName);
      }
      await checkWalks(tableName, "by_creation_time", []);
    },
  );

  it("indexes follow rows that are rewritten and deleted", async () => {
    for (const table of tables) await rewriteRows(table);
    for (const [table, index, fields] of indexesOf(tables)) {
      await checkWalks(table, index, fields, { bounds: false });
    }
    for (const [table, index, field, filters] of searchesOf(tables)) {
      await checkSearch(table, index, field, filters);
    }
    for (const [table, index, vector] of vectorsOf(tables))
      await checkNearest(table, index, vector);
  });

  function mutation(name: string, args: Record<string, unknown>): Promise<unknown> {
    return device.mutation(reference<"mutation">(name), args);
  }

  function action(name: string, args: Record<string, unknown>): Promise<unknown> {
    return device.action(reference<"action">(name), args);
  }

  function query(name: string, args: Record<string, unknown>): Promise<unknown> {
    return device.query(reference<"query">(name), args);
  }

  function sourceOf(table: Table): Source {
    return {
      random,
      ids: new Map([
        ...ids,
        ...[...rows].map(([other, list]) => [other, list.map(({ _id }) => _id)] as const),
      ]),
      vectorLengths: new Map(
        table.vectorIndexes.map(({ vectorField, dimensions }) => [vectorField, dimensions]),
      ),
    };
  }

  function make(table: Table): Document {
    return makeDocument(table.documentType, sourceOf(table));
  }

  async function insertRows(table: Table): Promise<Row[]> {
    const documents = Array.from({ length: rowsPerTable }, () => make(table));
    const inserted = (await mutation("insert", { table: table.tableName, documents })) as Row[];
    expect(inserted.map(withoutSystemFields)).toEqual(documents);
    return inserted;
  }

  // The first third gets new documents, the first row of all goes.
  async function rewriteRows(table: Table): Promise<void> {
    const list = rows.get(table.tableName) ?? [];
    const [gone, ...changed] = list.slice(0, rowsPerTable / 3);
    const rewritten = changed.map(({ _id: id }) => ({ id, document: make(table) }));
    const written = (await mutation("rewrite", {
      rows: [{ id: gone?._id ?? "" }, ...rewritten],
    })) as Row[];
    expect(written.map(withoutSystemFields)).toEqual(rewritten.map(({ document }) => document));
    rows.set(table.tableName, [...written, ...list.slice(1 + changed.length)]);
  }

  async function checkWalks(
    table: string,
    index: string,
    fields: string[],
    { bounds } = { bounds: true },
  ): Promise<void> {
    const list = rows.get(table) ?? [];
    const whole = index === "by_id" ? ["_id"] : [...fields, "_creationTime", "_id"];
    const pick = (some: readonly Row[]): Row => random.pick(some);
    const ranges = rangesOf(list, whole.slice(0, fields.length + 1), pick).filter(
      ({ lower, upper }) => bounds || (!lower && !upper),
    );
    const found = (await query("walk", { table, index, ranges })) as string[][];
    for (const [i, range] of ranges.entries()) {
      expect(found[i], JSON.stringify({ table, index, range })).toEqual(walkOf(list, whole, range));
    }
  }

  async function checkSearch(
    table: string,
    index: string,
    field: string,
    filters: string[],
  ): Promise<void> {
    const list = rows.get(table) ?? [];
    for (const text of words) {
      const having = withWord(list, field, text);
      // Without a filter, with each, and with all of them, at a row that has the word, if there is one.
      const row = random.pick(having.length > 0 ? having : list);
      for (const used of [[], ...filters.map((filter) => [filter]), filters]) {
        const equal = used.map((name) => ({ field: name, value: valueAt(row, name) }));
        const args = { table, index, field, text, filters: equal };
        const found = (await query("search", args)) as string[];
        const wanted = walkOf(having, ["_id"], { eq: equal, order: "asc" });
        expect([...found].sort(), JSON.stringify(args)).toEqual([...wanted].sort());
      }
    }
  }

  async function checkNearest(table: string, index: string, vector: VectorIndex): Promise<void> {
    const list = (rows.get(table) ?? []).filter((row) => valueAt(row, vector.field) !== undefined);
    const wanted = makeVector(vector.dimensions, random);
    const likeness = (row: Row): number => cosine(valueAt(row, vector.field) as number[], wanted);
    for (const filter of [undefined, ...vector.filters]) {
      const value = valueAt(random.pick(list), filter ?? "");
      if (filter !== undefined && value === undefined) continue;
      const among = list.filter((row) => !filter || valueAt(row, filter) === value);
      const best = among.sort((a, b) => likeness(b) - likeness(a)).slice(0, 5);
      const args = {
        table,
        index,
        vector: wanted,
        limit: 5,
        ...(filter ? { filter: { field: filter, value } } : {}),
      };
      const found = (await action("nearest", args)) as { _id: string; _score: number }[];
      expect(
        found.map(({ _id }) => _id),
        filter,
      ).toEqual(best.map(({ _id }) => _id));
      for (const [i, { _score }] of found.entries()) {
        expect(_score).toBeCloseTo(likeness(best[i] ?? never()), 4);
      }
    }
  }
});

function reference<Kind extends "query" | "mutation" | "action">(name: string) {
  return anyApi["rows"]?.[name] as FunctionReference<Kind>;
}

// The indexes of the tables as the arguments of the tests: [table, index, fields].
function indexesOf(tables: readonly Table[]): [table: string, index: string, fields: string[]][] {
  return tables.flatMap(({ tableName, indexes }) => [
    [tableName, "by_creation_time", []],
    [tableName, "by_id", []],
    ...indexes.map((index): [string, string, string[]] => [
      tableName,
      index.indexDescriptor,
      index.fields,
    ]),
  ]);
}

function searchesOf(tables: readonly Table[]): [string, string, string, string[]][] {
  return tables.flatMap(({ tableName, searchIndexes }) =>
    searchIndexes.map((index): [string, string, string, string[]] => [
      tableName,
      index.indexDescriptor,
      index.searchField,
      index.filterFields,
    ]),
  );
}

interface VectorIndex {
  field: string;
  dimensions: number;
  filters: string[];
}

function vectorsOf(tables: readonly Table[]): [string, string, VectorIndex][] {
  return tables.flatMap(({ tableName, vectorIndexes }) =>
    vectorIndexes.map((index): [string, string, VectorIndex] => [
      tableName,
      index.indexDescriptor,
      { field: index.vectorField, dimensions: index.dimensions, filters: index.filterFields },
    ]),
  );
}

// Each table behind those that its documents must refer to.
function inOrderOfNeed(tables: readonly Table[]): Table[] {
  const placed: Table[] = [];
  for (let rest = [...tables]; rest.length > 0; ) {
    const names = new Set(rest.map(({ tableName }) => tableName));
    const ready = rest.filter(
      ({ documentType }) => !requiredTables(documentType).some((table) => names.has(table)),
    );
    if (ready.length === 0) throw new Error(`these need each other: ${[...names].join(", ")}`);
    placed.push(...ready);
    rest = rest.filter((table) => !ready.includes(table));
  }
  return placed;
}

function withoutSystemFields({ _id, _creationTime, ...document }: Row): Document {
  return document;
}

function never(): never {
  throw new Error("a row that was inserted is not there");
}
