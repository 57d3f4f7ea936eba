// The suite "merge": what others wrote, applied in one browser: ours into its durable database, the peers'
// into their documents in memory (crsqlite's: a database in memory), in turns in one worker.
import { join } from "node:path";
import { loadApp } from "syncline/bundle";
import { Profile } from "./lib/profile.mjs";
import { Recordings } from "./lib/recordings.mjs";
import { Results } from "./lib/results.mjs";

export const subjects = ["syncline", "yjs", "loro-crdt", "automerge", "crsqlite"];

const documents = subjects.slice(0, 4);

export const cases = [
  {
    case: "merge-cells",
    unit: "1/s",
    note: "remote cell updates applied: 10,000 rows x 10; ours durable in OPFS, the others in memory",
  },
  {
    case: "wire-bytes-one-cell",
    unit: "B",
    subjects: documents,
    note: "of a row that was named before; ours: the larger of both ways, with its frame",
  },
  {
    case: "wire-bytes-batch-cell",
    unit: "B",
    subjects: documents,
    note: "1,000 cells of 100 rows in one transaction",
  },
  {
    case: "undo-refused",
    unit: "ms",
    subjects: ["syncline"],
    note: "one of 1,000 pending change sets refused and undone; the others know no refusal",
  },
  {
    case: "text-merge",
    unit: "ms",
    subjects: documents,
    note: "the others' branches of texts that two and three people wrote at once",
  },
];

const warmUps = 2;

const sizes = {
  rows: 10_000,
  rowsPerTransaction: 1000,
  batchCells: 1000,
  traces: [
    { seed: 1, baseLength: 10_000, authors: 2, operations: 4000 },
    { seed: 2, baseLength: 5000, authors: 3, operations: 3000 },
  ],
};

const quickSizes = {
  ...sizes,
  rows: 1000,
  traces: [
    { seed: 1, baseLength: 1000, authors: 2, operations: 300 },
    { seed: 2, baseLength: 500, authors: 3, operations: 200 },
  ],
};

export async function run({ root, folder, relay, rounds, isQuick, log }) {
  const size = isQuick ? quickSizes : sizes;
  const results = new Results(cases, subjects);
  const recordings = new Recordings({
    app: await loadApp(join(root, "tests/bench/convex")),
    relay,
    folder,
  });
  const cells = await recordings.cells(size);
  log("merge: rows and their updates are recorded");
  const texts = [];
  for (const trace of size.traces) texts.push(await recordings.text(trace));
  log("merge: texts are recorded");
  const profile = await Profile.open({ folder, origin: relay.origin });
  await profile.call("openMerge", { cells, texts });
  // In one worker, and warm: the compilers of JavaScript and of WebAssembly take their time.
  for (let round = 1 - warmUps; round <= rounds; ++round) {
    const order = round % 2 === 0 ? subjects : [...subjects].reverse();
    for (const { case: measure, subjects: own } of cases) {
      for (const subject of order) {
        if (own && !own.includes(subject)) continue;
        const once = () => profile.call("measureMerge", { subject, measure, sizes: size });
        if (round < 1) await once().catch(() => {});
        else await results.measure(measure, subject, once);
      }
    }
    log(round < 1 ? "merge: a round to warm up" : `merge: round ${round} of ${rounds}`);
  }
  await profile.call("closeMerge");
  await profile.close();
  return {
    results,
    remarks: [
      `the first change of a row on a connection: ${cells.newRowBytes} B from the relay; ` +
        `then ${cells.oneCellBytes} B; a batch of ${size.batchCells} cells ${cells.batchBytes} B`,
    ],
  };
}
