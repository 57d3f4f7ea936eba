// The suite "local": one browser alone, ours and SQLite's own build in the same page, in turns.
import { Profile } from "./lib/profile.mjs";
import { Results } from "./lib/results.mjs";

export const subjects = ["syncline", "sqlite-wasm"];

export const cases = [
  {
    case: "durable-mutation",
    unit: "1/s",
    note: "page to worker and back; raw inserts in a worker",
  },
  { case: "bulk-insert-100k", unit: "ms", note: "ten mutations; ten transactions" },
  { case: "read-by-id", unit: "us", note: "in one query function; one prepared statement" },
  { case: "index-range-100", unit: "ms", note: "a query function; a prepared statement" },
  { case: "live-callback-1", unit: "ms", note: "its counterpart: write, query again" },
  { case: "live-callback-200", unit: "ms", note: "its counterpart: write, all 200 queries again" },
  {
    case: "live-callback-10k",
    unit: "ms",
    note: "its counterpart: write, all 10,000 queries again",
  },
  { case: "query-20", unit: "ms", note: "a query function; a prepared statement; both give JSON" },
  { case: "collect-1000", unit: "ms", note: "rows of 8 fields; otherwise the same" },
];

// Of ours alone, told below the table.
const besideCases = [
  { case: "live-callback-10k elsewhere", unit: "ms" },
  { case: "query-20 by convex", unit: "ms" },
  { case: "collect-1000 by convex", unit: "ms" },
];

const sizes = {
  warmUps: 500,
  mutations: 3000,
  bulkRows: 100_000,
  bulkRowsPerTransaction: 10_000,
  groupSize: 100,
  reads: 1000,
  readRounds: 30,
  ranges: 400,
  liveQueries: 200,
  liveRows: 20,
  liveWrites: 200,
  queryRows: 20,
  collectRows: 1000,
  queries: 400,
  manyLiveQueries: 10_000,
};

const quickSizes = {
  ...sizes,
  warmUps: 50,
  mutations: 200,
  bulkRows: 5000,
  bulkRowsPerTransaction: 1000,
  reads: 200,
  readRounds: 4,
  ranges: 20,
  liveWrites: 20,
  queries: 40,
  manyLiveQueries: 500,
};

export async function run({ folder, relay, rounds, isQuick, log }) {
  const results = new Results(cases, subjects);
  const beside = new Results([{ case: "durable-mutation elsewhere", unit: "1/s" }], subjects);
  const ofOurs = new Results(besideCases, ["syncline"]);
  const token = await relay.token("local");
  for (let round = 0; round < rounds; ++round) {
    const profile = await Profile.open({ folder, origin: relay.origin });
    const order = round % 2 === 0 ? subjects : [...subjects].reverse();
    const measure = (into, name, subject) =>
      into.measure(name, subject, () =>
        profile.call("measureLocal", {
          subject,
          measure: name,
          sizes: isQuick ? quickSizes : sizes,
        }),
      );
    for (const subject of order) {
      await profile
        .call("openLocal", { subject, name: "bench", token })
        .catch((error) => log(`${subject} does not open: ${error.message}`));
    }
    for (const { case: name } of cases) {
      for (const subject of order) await measure(results, name, subject);
    }
    for (const subject of order) await measure(beside, "durable-mutation elsewhere", subject);
    for (const { case: name } of besideCases) await measure(ofOurs, name, "syncline");
    await profile.call("closeLocal");
    await profile.close();
    log(`local: round ${round + 1} of ${rounds}`);
  }
  const elsewhere = (subject) => beside.value("durable-mutation elsewhere", subject)?.toFixed(0);
  return {
    results,
    remarks: [
      `durable mutations driven inside the worker: syncline ${elsewhere("syncline")} /s; inserts ` +
        `asked for by the page: sqlite-wasm ${elsewhere("sqlite-wasm")} /s`,
      ...besideCases.map(
        ({ case: name }) => `${name}: syncline ${ofOurs.value(name, "syncline")?.toFixed(2)} ms`,
      ),
    ],
  };
}
