// What can be built, and building it: native presets and wasm by CMake and Ninja, which know what is
// out of date themselves; npm packages by their own build script, when a file of theirs has changed.
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { jobs, must, root } from "./run.mjs";

export const presets = ["release", "debug", "tsan", "clang", "fuzz", "wasm"];
export const defaultParts = ["release", "wasm", "js", "demo"];

// Builds a preset; targets: only these.
export async function buildPreset(preset, targets = []) {
  if (!existsSync(join(root, `build/${preset}/build.ninja`))) {
    await must(`configure ${preset}`, "cmake", ["--preset", preset]);
  }
  const name = ["build", preset, ...targets].join(" ");
  await must(name, "cmake", [
    "--build",
    "--preset",
    preset,
    "-j",
    `${jobs}`,
    "--target",
    ...(targets.length ? targets : ["all"]),
  ]);
}

// Every npm package in the folder that has a build script, in the order of their names.
async function buildPackages(folder, inputs) {
  for (const name of packages(folder)) {
    const directory = join(root, folder, name);
    if (!scriptsOf(directory).build) continue;
    const stamp = join(root, "build/stamps", `${folder}-${name}`);
    const wanted = fingerprint([directory, ...inputs]);
    if (existsSync(join(directory, "dist")) && readIfThere(stamp) === wanted) continue;
    rmSync(stamp, { force: true });
    await must(`build ${folder}/${name}`, "npm", ["run", "--silent", "build"], { cwd: directory });
    mkdirSync(join(root, "build/stamps"), { recursive: true });
    // Read again: the build may have generated sources.
    writeFileSync(stamp, fingerprint([directory, ...inputs]));
  }
}

export async function build(parts) {
  for (const part of parts) {
    if (part === "js") await buildPackages("js", [join(root, "js/syncline/wasm")]);
    else if (part === "demo") {
      const inputs = ["js", "js/syncline/wasm", "demo/lib"].map((folder) => join(root, folder));
      await buildPackages("demo", inputs);
    } else await buildPreset(part);
  }
}

export function packages(folder) {
  const directory = join(root, folder);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => existsSync(join(directory, name, "package.json")))
    .sort();
}

export function scriptsOf(directory) {
  return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")).scripts ?? {};
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

// Of the names, sizes and times of all files under the directories but what builds make there, and
// of the lock file.
function fingerprint(directories) {
  const hash = createHash("sha256");
  const skipped = new Set(["node_modules", "dist", "wasm", ".vite", "coverage"]);
  const add = (file) => {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${relative(root, file)} ${mtimeMs} ${size}\n`);
  };
  const walk = (directory) => {
    if (!existsSync(directory)) return;
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isFile()) add(path);
      else if (entry.isDirectory() && !skipped.has(entry.name)) walk(path);
    }
  };
  for (const directory of directories) walk(directory);
  for (const file of ["package-lock.json", "tsconfig.base.json"]) add(join(root, file));
  return hash.digest("hex");
}
