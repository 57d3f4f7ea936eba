// Automerge in the suite "merge": a document in memory, its rows maps.
import wasmUrl from "@automerge/automerge/automerge.wasm?url";
import {
  applyChanges,
  change,
  clone,
  type Doc,
  from,
  getChanges,
  getLastLocalChange,
  initializeWasm,
  splice,
} from "@automerge/automerge/slim";
import { type CellName, cellNames, cellsOf } from "../../convex/cells.js";
import { type TextTrace, textTrace } from "../../convex/text-trace.js";
import { expectEqual, type MergePeer, type MergeSizes, timed } from "./subject.ts";

const ready = initializeWasm(wasmUrl);

type Table = { rows: Record<string, Record<CellName, number>> };

function filled(rows: number): Doc<Table> {
  const table: Table = { rows: {} };
  for (let row = 0; row < rows; ++row) table.rows[`${row}`] = cellsOf(row, 0);
  return from(table);
}

function write(doc: Doc<Table>, first: number, count: number, round: number): Doc<Table> {
  return change(doc, ({ rows }) => {
    for (let row = first; row < first + count; ++row) {
      const cells = rows[`${row}`];
      if (cells) Object.assign(cells, cellsOf(row, round));
    }
  });
}

const setOne = (doc: Doc<Table>, value: number): Doc<Table> =>
  change(doc, ({ rows }) => {
    const cells = rows["500"];
    if (cells) cells.cell0 = value;
  });

function mergeText({ base, branches }: TextTrace): Promise<number> {
  const origin = from({ body: base });
  const [mine, ...others] = branches.map((edits) => {
    let doc = clone(origin);
    for (const { at, removed, inserted } of edits) {
      doc = change(doc, (draft) => splice(draft, ["body"], at, removed, inserted));
    }
    return doc;
  });
  if (!mine) throw new Error("a trace has authors");
  const changes = others.map((doc) => getChanges(origin, doc));
  return timed(() => {
    let doc = mine;
    for (const each of changes) [doc] = applyChanges(doc, each);
    if (doc.body === "") throw new Error("the text is gone");
  });
}

export const automerge: MergePeer = {
  async "merge-cells"({ rows, rowsPerTransaction }: MergeSizes) {
    await ready;
    const before = filled(rows);
    let doc = clone(before);
    let author = before;
    for (let first = 0; first < rows; first += rowsPerTransaction) {
      author = write(author, first, rowsPerTransaction, 1);
    }
    const changes = getChanges(doc, author);
    const time = await timed(() => {
      [doc] = applyChanges(doc, changes);
    });
    expectEqual("a cell", doc.rows[`${rows - 1}`]?.cell9, cellsOf(rows - 1, 1).cell9);
    return (rows * cellNames.length * 1000) / time;
  },

  async "wire-bytes-one-cell"() {
    await ready;
    return getLastLocalChange(setOne(setOne(clone(filled(1000)), 7), 42))?.length ?? Number.NaN;
  },

  async "wire-bytes-batch-cell"({ batchCells }: MergeSizes) {
    await ready;
    const doc = write(clone(filled(1000)), 100, batchCells / cellNames.length, 1);
    return (getLastLocalChange(doc)?.length ?? Number.NaN) / batchCells;
  },

  async "text-merge"({ traces }: MergeSizes) {
    await ready;
    let time = 0;
    for (const sizes of traces) time += await mergeText(textTrace(sizes));
    return time;
  },
};
