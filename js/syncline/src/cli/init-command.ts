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
    const steps = [
      ...(has("no-install") ? [] : [["install", "--no-audit", "--no-fund"]]),
      ...(has("no-install") || has("no-start") ? [] : [["run", "dev"]]),
    ];
    for (const step of steps) {
      const code = await npm(step, folder, signal);
      if (signal.aborted) return 130;
      if (code !== 0) throw new Error(`"npm ${step.join(" ")}" failed in ${resolve(folder)}`);
    }
    if (steps.length < 2) {
      const install = has("no-install") ? "npm install && " : "";
      console.error(`Start it: cd ${folder} && ${install}npm run dev`);
    }
    return 0;
  },
});

// In this process's group: Ctrl-C reaches it too, and it is waited for.
function npm(parameters: readonly string[], cwd: string, signal: AbortSignal): Promise<number> {
  return new Promise((done) => {
    const child = spawn("npm", parameters, {
      cwd,
      stdio: "inherit",
      shell: process.platform === "win32",
    });
    const stop = (): void => void child.kill("SIGTERM");
    signal.addEventListener("abort", stop, { once: true });
    child.once("close", (code) => done(code ?? 1));
    child.once("error", () => done(127));
  });
}
