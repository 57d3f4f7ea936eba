// The peer of the suite "local": npm @sqlite.org/sqlite-wasm on its opfs-sahpool, WAL, synchronous FULL,
// by its object interface with prepared statements.
import sqlite3InitModule, {
  type Database,
  type PreparedStatement,
  type SqlValue,
} from "@sqlite.org/sqlite-wasm";
import { itemFields } from "../convex/item.js";
import type { LocalSizes } from "./local.ts";
import { median, perSecond, timeAll, timeEach } from "./measure.ts";
import { answerRequests } from "./requests.ts";

const mainSpace = "space";
let database: Database;
let insert: PreparedStatement;
let byGroup: PreparedStatement;
let byId: PreparedStatement;
let setTitle: PreparedStatement;
let written = 0;

// How many groups of a size there are, for queries that are measured alone.
const queryGroups = 5;

interface Fill {
  space: string;
  first: number;
  count: number;
  groupSize: number;
}

interface Item extends Record<string, SqlValue> {
  id: string;
}

// As long as ours, and in the order of time as ours.
function makeId(): string {
  const random = Math.random().toString(36).slice(2).padEnd(12, "0").slice(0, 12);
  return `k${(Date.now() * 1000 + (written++ % 1000)).toString(36).padStart(15, "0")}${random}0000`;
}

function insertItem(n: number, groupSize: number, space = mainSpace): void {
  const { title, note, group, status, priority, done, due } = itemFields(n, groupSize);
  const values: SqlValue[] = [makeId(), Date.now(), space, title, note, group, status, priority];
  insert.bind([...values, done ? 1 : 0, due]).stepReset();
}

function readGroup(group: number, space = mainSpace): Item[] {
  const rows: Item[] = [];
  byGroup.bind([space, group]);
  while (byGroup.step()) rows.push(byGroup.get({}) as Item);
  byGroup.reset();
  return rows;
}

function readItem(id: string): Item | null {
  byId.bind([id]);
  const row = byId.step() ? (byId.get({}) as Item) : null;
  byId.reset();
  return row;
}

function fill(first: number, count: number, groupSize: number, space = mainSpace): void {
  database.exec("BEGIN");
  for (let n = first; n < first + count; ++n) insertItem(n, groupSize, space);
  database.exec("COMMIT");
}

answerRequests({
  async open({ name }: { name: string }) {
    const sqlite3 = await sqlite3InitModule();
    const pool = await sqlite3.installOpfsSAHPoolVfs({ name, directory: name });
    database = new pool.OpfsSAHPoolDb("/bench.db");
    database.exec("PRAGMA locking_mode=EXCLUSIVE");
    const mode = database.selectValue("PRAGMA journal_mode=WAL");
    if (mode !== "wal") throw new Error(`the journal mode is ${String(mode)}, not WAL`);
    database.exec(`PRAGMA synchronous=FULL;
      CREATE TABLE items (id TEXT PRIMARY KEY, creation_time REAL, space TEXT, title TEXT, note TEXT,
        "group" REAL, status TEXT, priority REAL, done INTEGER, due REAL);
      CREATE INDEX by_group ON items (space, "group", due)`);
    insert = database.prepare("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    byGroup = database.prepare(
      'SELECT * FROM items WHERE space = ? AND "group" = ? ORDER BY due, creation_time, id',
    );
    byId = database.prepare("SELECT * FROM items WHERE id = ?");
    setTitle = database.prepare("UPDATE items SET title = ? WHERE id = ?");
    return sqlite3.version.libVersion;
  },

  // 1/s
  async durableMutation({ warmUps, mutations, groupSize }: LocalSizes) {
    await timeAll(warmUps, async (n) => insertItem(1e7 + n, groupSize));
    const time = await timeAll(mutations, async (n) => insertItem(2e7 + n, groupSize));
    return perSecond(mutations, time);
  },

  insertOne({ n, groupSize }: { n: number; groupSize: number }) {
    insertItem(n, groupSize);
  },

  // ms
  bulkInsert({ bulkRows, bulkRowsPerTransaction, groupSize }: LocalSizes) {
    return timeAll(bulkRows / bulkRowsPerTransaction, async (n) =>
      fill(n * bulkRowsPerTransaction, bulkRowsPerTransaction, groupSize),
    );
  },

  // us a read
  async readById({ reads, readRounds, bulkRows, groupSize }: LocalSizes) {
    const ids: string[] = [];
    for (let group = 0; ids.length < reads; group = (group + 7) % (bulkRows / groupSize)) {
      ids.push(...readGroup(group).map((item) => item.id));
    }
    ids.length = reads;
    const times = await timeEach(readRounds, async () => {
      const found = ids.filter((id) => readItem(id) !== null).length;
      if (found !== reads) throw new Error(`${found} of ${reads} items are there`);
    });
    return (median(times.slice(1)) * 1000) / reads;
  },

  // ms
  async indexRange({ ranges, bulkRows, groupSize }: LocalSizes) {
    const groups = bulkRows / groupSize;
    const times = await timeEach(ranges, async (n) => {
      const items = readGroup((n * 7) % groups);
      if (items.length !== groupSize) throw new Error(`${items.length} items in a group`);
    });
    return median(times.slice(ranges >> 2));
  },

  // ms
  async query({ rows, queries }: LocalSizes & { rows: number }) {
    const space = `query ${rows}`;
    fill(0, rows * queryGroups, rows, space);
    const times = await timeEach(queries, async (n) => {
      const items = readGroup(n % queryGroups, space);
      if (JSON.stringify(items).length < rows) throw new Error(`${items.length} items in a group`);
    });
    return median(times.slice(queries >> 2));
  },

  fill({ space, first, count, groupSize }: Fill) {
    fill(first, count, groupSize, space);
  },

  idOfGroup: ({ space, group }: { space: string; group: number }) => readGroup(group, space)[0]?.id,

  // SQLite has no live queries: it writes, runs all queries again, and tells the one that has changed.
  writeAndRead({
    id,
    title,
    space,
    queries,
    touched,
  }: {
    id: string;
    title: string;
    space: string;
    queries: number;
    touched: number;
  }) {
    setTitle.bind([title, id]).stepReset();
    let result: Item[] = [];
    for (let group = 0; group < queries; ++group) {
      const rows = readGroup(group, space);
      if (group === touched) result = rows;
    }
    return result;
  },
});
