// Runs one suite and writes what it measured. tools/bench builds before.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Profile } from "./lib/profile.mjs";
import { Relay } from "./lib/server.mjs";
import * as local from "./local.mjs";
import * as merge from "./merge.mjs";
import * as sync from "./sync.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const suites = { local, sync, merge };
const usage = "usage: tools/bench local|sync|merge [--json FILE] [--rounds N] [--quick]";

/** Throws for what it does not know. */
export function parseArguments(list) {
  const options = { suite: undefined, json: undefined, rounds: undefined, isQuick: false };
  for (let i = 0; i < list.length; ++i) {
    const [flag, inline] = list[i].split("=", 2);
    const value = () => inline ?? list[++i];
    if (flag === "--quick") options.isQuick = true;
    else if (flag === "--json") options.json = value();
    else if (flag === "--rounds") options.rounds = Number(value());
    else if (flag in suites && options.suite === undefined) options.suite = flag;
    else throw new Error(`what is "${flag}"? ${usage}`);
  }
  options.rounds ??= options.isQuick ? 1 : 3;
  if (options.suite === undefined) throw new Error(usage);
  if (!Number.isInteger(options.rounds) || options.rounds < 1) {
    throw new Error("--rounds takes a number from 1");
  }
  return options;
}

/** True if everything was measured. */
export async function runSuite({ suite, json, rounds, isQuick }) {
  // On the disk that builds are on, and not in a memory file system.
  mkdirSync(join(root, "build/bench"), { recursive: true });
  const folder = mkdtempSync(join(root, "build/bench/run-"));
  const loadBefore = loadavg()[0];
  const relay = await Relay.start({ root, folder });
  try {
    const log = (line) => console.log(line);
    const { results, remarks } = await suites[suite].run({
      root,
      folder,
      relay,
      rounds,
      isQuick,
      log,
    });
    const machine = await describeMachine(folder, relay, [loadBefore, loadavg()[0]]);
    console.log(`\n${results.table()}\n`);
    for (const remark of remarks) console.log(remark);
    console.log(`medians of ${rounds} rounds; ${Object.values(machine).join("; ")}`);
    if (isQuick) console.log("--quick: these sizes are too small to mean anything");
    if (json !== undefined) {
      writeFileSync(
        json,
        `${JSON.stringify({ suite, machine, results: results.list() }, null, 2)}\n`,
      );
    }
    const missing = results.missing();
    for (const each of missing) console.error(`missing: ${each}`);
    return missing.length === 0;
  } finally {
    await relay.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function describeMachine(folder, relay, loads) {
  const profile = await Profile.open({ folder, origin: relay.origin });
  const chromium = await profile.version();
  await profile.close();
  return {
    processor: `${cpus().length} x ${cpus()[0]?.model.trim() ?? "unknown"}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    chromium: `Chromium ${chromium}`,
    node: `node ${process.version}`,
    load: `load ${loads.map((load) => load.toFixed(1)).join(" to ")}`,
  };
}
