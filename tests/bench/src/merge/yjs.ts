// Yjs in the suite "merge": a document in memory, its rows Y.Maps.
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector, Map as YMap } from "yjs";
import { cellNames, cellsOf } from "../../convex/cells.js";
import { type TextTrace, textTrace } from "../../convex/text-trace.js";
import { expectEqual, type MergePeer, type MergeSizes, timed } from "./subject.ts";

type Rows = YMap<YMap<number>>;

const rowsOf = (doc: Doc): Rows => doc.getMap("rows");

function filled(rows: number): Doc {
  const doc = new Doc();
  doc.transact(() => {
    for (let row = 0; row < rows; ++row) {
      rowsOf(doc).set(`${row}`, new YMap<number>(Object.entries(cellsOf(row, 0))));
    }
  });
  return doc;
}

// Another author's.
function copyOf(doc: Doc): Doc {
  const copy = new Doc();
  applyUpdate(copy, encodeStateAsUpdate(doc));
  return copy;
}

function updatesOf(doc: Doc, work: () => void): Uint8Array[] {
  const updates: Uint8Array[] = [];
  const note = (update: Uint8Array): void => void updates.push(update);
  doc.on("update", note);
  work();
  doc.off("update", note);
  return updates;
}

function write(doc: Doc, first: number, count: number, round: number): void {
  doc.transact(() => {
    for (let row = first; row < first + count; ++row) {
      const cells = rowsOf(doc).get(`${row}`);
      for (const [name, value] of Object.entries(cellsOf(row, round))) cells?.set(name, value);
    }
  });
}

function mergeText({ base, branches }: TextTrace): Promise<number> {
  const origin = new Doc();
  origin.getText("body").insert(0, base);
  const common = encodeStateVector(origin);
  const [mine, ...others] = branches.map((edits) => {
    const doc = copyOf(origin);
    const text = doc.getText("body");
    for (const { at, removed, inserted } of edits) {
      doc.transact(() => {
        if (removed > 0) text.delete(at, removed);
        if (inserted !== "") text.insert(at, inserted);
      });
    }
    return doc;
  });
  if (!mine) throw new Error("a trace has authors");
  const updates = others.map((doc) => encodeStateAsUpdate(doc, common));
  return timed(() => {
    for (const update of updates) applyUpdate(mine, update);
    if (mine.getText("body").toString() === "") throw new Error("the text is gone");
  });
}

export const yjs: MergePeer = {
  async "merge-cells"({ rows, rowsPerTransaction }: MergeSizes) {
    const author = filled(rows);
    const doc = copyOf(author);
    const updates = updatesOf(author, () => {
      for (let first = 0; first < rows; first += rowsPerTransaction) {
        write(author, first, rowsPerTransaction, 1);
      }
    });
    const time = await timed(() => {
      for (const update of updates) applyUpdate(doc, update);
    });
    const { cell9 } = cellsOf(rows - 1, 1);
    expectEqual(
      "a cell",
      rowsOf(doc)
        .get(`${rows - 1}`)
        ?.get("cell9"),
      cell9,
    );
    return (rows * cellNames.length * 1000) / time;
  },

  async "wire-bytes-one-cell"() {
    const doc = copyOf(filled(1000));
    const [, update] = updatesOf(doc, () => {
      rowsOf(doc).get("500")?.set("cell0", 7);
      rowsOf(doc).get("500")?.set("cell0", 42);
    });
    return update?.length ?? Number.NaN;
  },

  async "wire-bytes-batch-cell"({ batchCells }: MergeSizes) {
    const doc = copyOf(filled(1000));
    const [update] = updatesOf(doc, () => write(doc, 100, batchCells / cellNames.length, 1));
    return (update?.length ?? Number.NaN) / batchCells;
  },

  async "text-merge"({ traces }: MergeSizes) {
    let time = 0;
    for (const sizes of traces) time += await mergeText(textTrace(sizes));
    return time;
  },
};
