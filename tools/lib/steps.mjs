// The steps of tools/test, in order. A step runs something and counts: {passed, failed}. Add a line
// for yours. What cannot be run counts as failed, never as skipped.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, buildPreset, packages, scriptsOf } from "./build.mjs";
import { CommandFailed, lastLines, root, run } from "./run.mjs";

// quick: part of tools/test --quick too.
export const steps = [
  { name: "layers", quick: true, run: () => check("layers", "tools/check_layers") },
  {
    name: "format of C++",
    quick: true,
    run: () => check("clang-format", "tools/format", ["--check"]),
  },
  {
    name: "format of the rest",
    quick: true,
    run: () => check("biome", "npx", ["biome", "check", "."]),
  },

  { name: "build: g++", quick: true, run: () => builds(() => buildPreset("release")) },
  { name: "build: wasm", quick: true, run: () => builds(() => buildPreset("wasm")) },
  { name: "build: npm packages", quick: true, run: () => builds(() => build(["js", "demo"])) },
  { name: "generated types", quick: true, run: checkGenerated },
  { name: "size of the client", quick: true, run: () => check("size", "tools/check_size") },
  { name: "types of TypeScript", quick: true, run: checkTypes },

  ...nativeTests("release", true),
  { name: "unit tests: TypeScript", quick: true, run: () => vitest("js") },
  { name: "schemas of the systems", run: () => vitest("tests/schemas") },
  { name: "functions of the demos", run: () => vitest("demo") },
  { name: "published components' own tests", run: () => vitest("tests/published") },
  {
    name: "storage in Chromium",
    quick: true,
    run: () => counted("storage-chromium", "node", ["tests/storage/run.mjs"]),
  },
  {
    name: "simulation",
    quick: true,
    run: () => counted("simulate", "tools/simulate", ["--seeds", "100"]),
  },
  {
    name: "oracle",
    quick: true,
    run: () => counted("oracle", "build/release/tests/oracle/oracle", ["--programs", "2000"]),
  },

  { name: "build: sanitizers", run: () => builds(() => buildPreset("debug")) },
  ...nativeTests("debug", false),
  // All of it, for this is clang's turn too.
  { name: "build: clang, ThreadSanitizer", run: () => builds(() => buildPreset("tsan")) },
  nativeTest("tsan", "relay/relay_test", false),
  { name: "build: fuzzers", run: () => builds(() => buildPreset("fuzz")) },
  { name: "fuzzers", run: fuzzers },
  {
    name: "simulation, longer",
    run: () => counted("simulate-long", "tools/simulate", ["--seeds", "1200", "--seed", fresh()]),
  },
  {
    name: "simulation, sanitizers",
    run: () =>
      counted("simulate-debug", "build/debug/tests/simulation/simulate", ["--seeds", "50"]),
  },
  { name: "React in Chromium", run: () => counted("react", "node", ["tests/react/run.mjs"]) },
  {
    name: "oracle, longer",
    run: () => counted("oracle-long", "build/release/tests/oracle/oracle", ["--programs", "20000"]),
  },
  {
    name: "oracle, sanitizers",
    run: () => counted("oracle-debug", "build/debug/tests/oracle/oracle", ["--programs", "1000"]),
  },
  { name: "planted bugs", run: plants },
  { name: "end to end in Chromium", run: () => counted("e2e", "node", ["tests/e2e/run.mjs"]) },
];

function nativeTests(preset, quick) {
  return ["shared/shared_test", "wasm/wasm_test", "relay/relay_test"].map((binary) =>
    nativeTest(preset, binary, quick),
  );
}

// A doctest program.
function nativeTest(preset, binary, quick) {
  const name = `unit tests: ${binary.split("/")[1]}, ${preset}`;
  return {
    name,
    quick,
    run: async () => {
      const result = await run(name, join(root, "build", preset, binary), [], limits);
      const counts = /\[doctest\] test cases: +\d+ \| +(\d+) passed \| +(\d+) failed/.exec(
        result.output,
      );
      return report(result, counts);
    },
  };
}

// The seed to begin at: another for each state of the sources, and the same wherever that one is tested, so that
// a failure there can be seen here.
function fresh() {
  const { stdout, status } = spawnSync("git", ["rev-parse", "HEAD^{tree}"], { cwd: root });
  return status === 0 ? `${Number.parseInt(stdout.toString().slice(0, 10), 16)}` : `${Date.now()}`;
}

const limits = { limitMs: 10 * 60_000 };

// One command that is right or wrong.
async function check(name, command, args = []) {
  const result = await run(name, command, args, limits);
  return report(result, result.status === 0 ? [0, 1, 0] : undefined);
}

// Every libFuzzer program, from the same real encodings and with a fixed seed, so that a failure repeats.
async function fuzzers() {
  const sum = { passed: 0, failed: 0 };
  const directory = join(root, "build/fuzz/tests/fuzz");
  const names = existsSync(directory)
    ? readdirSync(directory).filter((name) => name.endsWith("_fuzz"))
    : [];
  // What a fuzzer finds it adds to its folder: each time anew.
  const seeds = join(root, "build/fuzz/seeds");
  rmSync(seeds, { recursive: true, force: true });
  add(sum, await check("fuzz_seeds", join(directory, "fuzz_seeds"), [seeds]));
  for (const name of names) {
    const begin = existsSync(join(seeds, name)) ? [join(seeds, name)] : [];
    const bounds = [
      "-runs=200000",
      "-max_total_time=90",
      "-seed=1",
      "-rss_limit_mb=1024",
      "-malloc_limit_mb=64",
    ];
    const artifacts = `-artifact_prefix=${join(root, "build/logs/")}`;
    add(sum, await check(name, join(directory, name), [...bounds, artifacts, ...begin]));
  }
  return names.length > 0 ? sum : { passed: 0, failed: 1 };
}

// A program whose last line ends in "N passed, N failed".
async function counted(name, command, args) {
  const result = await run(name, command, args, limits);
  return report(result, [...result.output.matchAll(/\b(\d+) passed, (\d+) failed$/gm)].at(-1));
}

// Every planted bug that something noticed has passed.
async function plants() {
  const result = await run("plants", "tools/plants", [], { limitMs: 20 * 60_000 });
  return report(result, /\b(\d+) caught, (\d+) missed$/m.exec(result.output));
}

async function builds(work) {
  try {
    await work();
    return { passed: 1, failed: 0 };
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    console.log(error.message);
    return { passed: 0, failed: 1 };
  }
}

// Every _generated folder is what `syncline codegen` writes.
async function checkGenerated() {
  const sum = { passed: 0, failed: 0 };
  const folders = ["demo", "tests", "js"]
    .flatMap((folder) => packages(folder).map((name) => join(folder, name)))
    .concat("js/syncline/template")
    .map((folder) => join(folder, "convex"))
    .filter((folder) => existsSync(join(root, folder, "_generated")));
  for (const folder of folders) {
    const command = ["js/syncline/bin/syncline.js", "codegen", "--check", "--dir", folder];
    add(sum, await check(`generated-${folder}`, "node", command));
  }
  return sum;
}

// Every package with a script "check" (the TypeScript compiler).
async function checkTypes() {
  const sum = { passed: 0, failed: 0 };
  for (const folder of ["js", "demo", "tests"]) {
    for (const name of packages(folder)) {
      const directory = join(root, folder, name);
      if (!scriptsOf(directory).check) continue;
      const result = await run(`types-${folder}-${name}`, "npm", ["run", "--silent", "check"], {
        ...limits,
        cwd: directory,
      });
      add(sum, report(result, result.status === 0 ? [0, 1, 0] : undefined));
    }
  }
  add(sum, await check("types-tests-storage", "npx", ["tsc", "-p", "tests/storage"]));
  add(sum, await check("types-tests-bench", "npx", ["tsc", "-p", "tests/bench"]));
  for (const part of ["", "/convex"]) {
    const project = `js/syncline/template${part}`;
    add(sum, await check(`types-${project}`, "npx", ["tsc", "-p", project]));
  }
  return sum;
}

async function vitest(folder) {
  const name = `vitest-${folder.replaceAll("/", "-")}`;
  const file = join(root, `build/logs/${name}.json`);
  rmSync(file, { force: true });
  const result = await run(
    name,
    "npx",
    [
      "vitest",
      "run",
      "--root",
      folder,
      "--reporter=default",
      "--reporter=json",
      `--outputFile=${file}`,
    ],
    limits,
  );
  if (!existsSync(file)) return report(result, undefined);
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(file, "utf8"));
  // A file that could not be loaded has no tests to fail.
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  return report(result, [0, numPassedTests, numFailedTests + broken.length]);
}

// counts: [, passed, failed] as the program said; it cannot fail without a failure being counted.
function report(result, counts) {
  const passed = Number(counts?.[1] ?? 0);
  let failed = Number(counts?.[2] ?? 0);
  if (failed === 0 && (result.status !== 0 || passed === 0)) failed = 1;
  if (failed > 0) {
    console.log(`${lastLines(result.output)}\n(all of it is in ${result.log})`);
  }
  return { passed, failed };
}

export function add(sum, { passed, failed }) {
  sum.passed += passed;
  sum.failed += failed;
}
