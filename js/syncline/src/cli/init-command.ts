// syncline init: an empty folder becomes an application that runs.
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { codegen } from "./codegen/generate.ts";
import { command } from "./command.ts";
import { newApplication } from "./init/new-application.ts";
import { version } from "./version.ts";

export const initCommand = command({
  name: "init",
  usage: "[DIR]",
  summary: "makes an application in an empty folder, installs what it needs, and starts it",
  details: "DIR  the folder, made if missing; without it this one",
  flags: {
    package: { value: "SPEC", help: "where npm takes syncline from; without it this version" },
    "no-install": { help: "writes the files only" },
    "no-start": { help: "does not start it" },
  },
  positionals: { least: 0, most: 1 },
  async run({ positionals: [folder = "."], has, text, console, signal }) {
    await newApplication(folder, text("package") ?? version());
    await codegen(join(folder, "convex"));
    console.error(`Made an application in ${resolve(folder)}; its README.md says what is where.`);
    if (has("no-install")) {
      console.error(`Start it: cd ${folder} && npm install && npm run dev`);
      return 0;
    }
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    await run([npm, "install", "--no-audit", "--no-fund"], folder, signal);
    if (has("no-start")) {
      console.error(`Start it: cd ${folder} && npm run dev`);
      return 0;
    }
    const program = join("node_modules", "syncline", "bin", "syncline.js");
    await run([process.execPath, program, "dev", "--run", "vite"], folder, signal);
    return 0;
  },
});

// In this process's group: Ctrl-C reaches it too, and it is waited for. Throws an Error if it fails.
async function run(
  [program = "", ...parameters]: readonly string[],
  cwd: string,
  signal: AbortSignal,
): Promise<void> {
  const code = await new Promise<number>((done) => {
    const child = spawn(program, parameters, {
      cwd,
      stdio: "inherit",
      shell: program.endsWith(".cmd"),
    });
    const stop = (): void => void child.kill("SIGTERM");
    signal.addEventListener("abort", stop, { once: true });
    child.once("close", (status) => done(status ?? 1));
    child.once("error", () => done(127));
  });
  if (signal.aborted) throw new Error("stopped");
  if (code === 0) return;
  throw new Error(`"${[program, ...parameters].join(" ")}" failed in ${resolve(cwd)}`);
}
