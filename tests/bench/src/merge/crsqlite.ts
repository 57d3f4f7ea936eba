// crsqlite in the suite "merge": two databases in memory (its own SQLite), a table whose rows merge. It has
// neither a form for the wire nor texts that merge.
import initialize, { type DB } from "@vlcn.io/crsqlite-wasm";
import wasmUrl from "@vlcn.io/crsqlite-wasm/crsqlite.wasm?url";
import { cellNames, cellsOf } from "../../convex/cells.js";
import { expectEqual, type MergePeer, type MergeSizes, timed } from "./subject.ts";

const columns = '"table", "pk", "cid", "val", "col_version", "db_version", "site_id", "cl", "seq"';

async function open(): Promise<DB> {
  const sqlite = await initialize(() => wasmUrl);
  const database = await sqlite.open();
  const cells = cellNames.map((name) => `${name} REAL`).join(", ");
  await database.exec(`CREATE TABLE cells (id INTEGER PRIMARY KEY NOT NULL, ${cells})`);
  await database.exec("SELECT crsql_as_crr('cells')");
  return database;
}

async function write(database: DB, rows: number, round: number): Promise<void> {
  const places = cellNames.map(() => "?").join(", ");
  const statement = await database.prepare(`INSERT OR REPLACE INTO cells VALUES (?, ${places})`);
  const sets = cellNames.map((name) => `${name}=?`).join(", ");
  const update = await database.prepare(`UPDATE cells SET ${sets} WHERE id=?`);
  await database.exec("BEGIN");
  for (let row = 0; row < rows; ++row) {
    const values = Object.values(cellsOf(row, round));
    if (round === 0) await statement.run(null, row, ...values);
    else await update.run(null, ...values, row);
  }
  await database.exec("COMMIT");
  await statement.finalize(null);
  await update.finalize(null);
}

async function version(database: DB): Promise<number> {
  const [[found] = []] = await database.execA<[number]>("SELECT crsql_db_version()");
  return found ?? 0;
}

async function changesSince(database: DB, since: number): Promise<unknown[][]> {
  return await database.execA<unknown[]>(
    `SELECT ${columns} FROM crsql_changes WHERE db_version > ?`,
    [since],
  );
}

async function apply(database: DB, changes: unknown[][]): Promise<void> {
  const places = Array.from({ length: 9 }, () => "?").join(", ");
  const statement = await database.prepare(
    `INSERT INTO crsql_changes (${columns}) VALUES (${places})`,
  );
  await database.exec("BEGIN");
  for (const each of changes) await statement.run(null, ...each);
  await database.exec("COMMIT");
  await statement.finalize(null);
}

export const crsqlite: MergePeer = {
  async "merge-cells"({ rows }: MergeSizes) {
    const [author, database] = [await open(), await open()];
    await write(author, rows, 0);
    await apply(database, await changesSince(author, 0));
    const before = await version(author);
    await write(author, rows, 1);
    const changes = await changesSince(author, before);
    const time = await timed(() => apply(database, changes));
    const [[cell] = []] = await database.execA<[number]>("SELECT cell9 FROM cells WHERE id=?", [
      rows - 1,
    ]);
    expectEqual("a cell", cell, cellsOf(rows - 1, 1).cell9);
    await author.close();
    await database.close();
    return (changes.length * 1000) / time;
  },
};
