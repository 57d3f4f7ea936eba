// Loro in the suite "merge": a document in memory, its rows maps.
import { LoroDoc, LoroMap } from "loro-crdt/web";
import init from "loro-crdt/web/loro_wasm.js";
import wasmUrl from "loro-crdt/web/loro_wasm_bg.wasm?url";
import { cellNames, cellsOf } from "../../convex/cells.js";
import { type TextTrace, textTrace } from "../../convex/text-trace.js";
import { expectEqual, type MergePeer, type MergeSizes, timed } from "./subject.ts";

const ready = init({ module_or_path: wasmUrl });

const rowOf = (doc: LoroDoc, row: number) => doc.getMap("rows").get(`${row}`) as LoroMap;

function filled(rows: number): LoroDoc {
  const doc = new LoroDoc();
  const map = doc.getMap("rows");
  for (let row = 0; row < rows; ++row) {
    const cells = map.setContainer(`${row}`, new LoroMap());
    for (const [name, value] of Object.entries(cellsOf(row, 0))) cells.set(name, value);
  }
  doc.commit();
  return doc;
}

// Another author's.
function copyOf(doc: LoroDoc): LoroDoc {
  const copy = new LoroDoc();
  copy.import(doc.export({ mode: "snapshot" }));
  return copy;
}

// What one transaction says to others.
function updateOf(doc: LoroDoc, work: () => void): Uint8Array {
  const from = doc.version();
  work();
  doc.commit();
  return doc.export({ mode: "update", from });
}

function write(doc: LoroDoc, first: number, count: number, round: number): void {
  for (let row = first; row < first + count; ++row) {
    const cells = rowOf(doc, row);
    for (const [name, value] of Object.entries(cellsOf(row, round))) cells.set(name, value);
  }
}

function mergeText({ base, branches }: TextTrace): Promise<number> {
  const origin = new LoroDoc();
  origin.getText("body").insert(0, base);
  origin.commit();
  const from = origin.version();
  const [mine, ...others] = branches.map((edits) => {
    const doc = copyOf(origin);
    const text = doc.getText("body");
    for (const { at, removed, inserted } of edits) {
      if (removed > 0) text.delete(at, removed);
      if (inserted !== "") text.insert(at, inserted);
      doc.commit();
    }
    return doc;
  });
  if (!mine) throw new Error("a trace has authors");
  const updates = others.map((doc) => doc.export({ mode: "update", from }));
  return timed(() => {
    for (const update of updates) mine.import(update);
    if (mine.getText("body").toString() === "") throw new Error("the text is gone");
  });
}

export const loro: MergePeer = {
  async "merge-cells"({ rows, rowsPerTransaction }: MergeSizes) {
    await ready;
    const author = filled(rows);
    const doc = copyOf(author);
    const updates: Uint8Array[] = [];
    for (let first = 0; first < rows; first += rowsPerTransaction) {
      updates.push(updateOf(author, () => write(author, first, rowsPerTransaction, 1)));
    }
    const time = await timed(() => {
      for (const update of updates) doc.import(update);
    });
    expectEqual("a cell", rowOf(doc, rows - 1).get("cell9"), cellsOf(rows - 1, 1).cell9);
    return (rows * cellNames.length * 1000) / time;
  },

  async "wire-bytes-one-cell"() {
    await ready;
    const doc = copyOf(filled(1000));
    updateOf(doc, () => rowOf(doc, 500).set("cell0", 7));
    return updateOf(doc, () => rowOf(doc, 500).set("cell0", 42)).length;
  },

  async "wire-bytes-batch-cell"({ batchCells }: MergeSizes) {
    await ready;
    const doc = copyOf(filled(1000));
    const update = updateOf(doc, () => write(doc, 100, batchCells / cellNames.length, 1));
    return update.length / batchCells;
  },

  async "text-merge"({ traces }: MergeSizes) {
    await ready;
    let time = 0;
    for (const sizes of traces) time += await mergeText(textTrace(sizes));
    return time;
  },
};
