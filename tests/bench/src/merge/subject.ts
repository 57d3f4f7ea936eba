// The suite "merge": what a subject measures, and how much of it, the same for each. All of it runs in a
// worker. Who writes and what is sent is made beforehand and is not measured; applying it is.
import type { TraceSizes } from "../../convex/text-trace.js";

export interface MergeSizes {
  /** Rows of ten cells. */
  rows: number;
  /** Of one transaction of who writes. */
  rowsPerTransaction: number;
  /** Cells of the batch whose bytes are counted, in rows of ten. */
  batchCells: number;
  traces: TraceSizes[];
}

/** In the units of the results. */
export interface MergePeer {
  /** Cells that others wrote, all of every row, applied a second. */
  "merge-cells"(sizes: MergeSizes): Promise<number>;
  /** Bytes of one cell's change of a row that is there. */
  "wire-bytes-one-cell"?(sizes: MergeSizes): Promise<number>;
  /** Bytes of a transaction that changes many, for each. */
  "wire-bytes-batch-cell"?(sizes: MergeSizes): Promise<number>;
  /** Undoing one of a thousand transactions, ms. */
  "undo-refused"?(sizes: MergeSizes): Promise<number>;
  /** Applying the others' branches to the first's, and reading the text, ms for all traces. */
  "text-merge"?(sizes: MergeSizes): Promise<number>;
}

export type MergeCase = keyof MergePeer;

/** Runs it once; what it gives must not be optimised away. ms. */
export async function timed(run: () => unknown): Promise<number> {
  const begin = performance.now();
  await run();
  return performance.now() - begin;
}

export function expectEqual(what: string, found: unknown, wanted: unknown): void {
  if (found === wanted) return;
  const shown = (value: unknown) => String(value).slice(0, 60);
  throw new Error(`${what}: ${shown(found)}, not ${shown(wanted)}`);
}
