// Running programs for the tools: progress in one line each, output kept in build/logs and shown only
// when something fails.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const jobs = availableParallelism();

const running = new Set();
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    for (const child of running) child.kill(signal);
    process.exitCode = 130;
  });
}

export class CommandFailed extends Error {}

// Seconds for people: "0.4 s", "125 s".
export function seconds(sinceMs) {
  const value = (Date.now() - sinceMs) / 1000;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
}

// Runs a program in the root and gives {status, output, log}. Its output (both streams) goes to
// build/logs/NAME.log. A program that is missing has the status 127; one that a signal or the
// time limit ended, 128.
export function run(name, command, args = [], options = {}) {
  const logs = join(root, "build/logs");
  mkdirSync(logs, { recursive: true });
  const log = join(logs, `${name.replace(/[^a-z0-9-]+/gi, "-")}.log`);
  const file = createWriteStream(log);
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    const timer = options.limitMs
      ? setTimeout(() => {
          file.write(`\n${name}: ended after ${options.limitMs / 1000} s\n`);
          child.kill("SIGKILL");
        }, options.limitMs)
      : undefined;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (bytes) => {
        file.write(bytes);
        options.onOutput?.(bytes.toString());
      });
    }
    const finish = (status) => {
      clearTimeout(timer);
      running.delete(child);
      file.end(() => resolve({ status, log, output: readFileSync(log, "utf8") }));
    };
    child.on("error", (error) => {
      file.write(`${command}: ${error.message}\n`);
      finish(127);
    });
    child.on("close", (code) => finish(code ?? 128));
  });
}

// As run, with a line of progress; throws CommandFailed with the end of the output.
export async function must(name, command, args = [], options = {}) {
  const begin = Date.now();
  process.stdout.write(`${name} ... `);
  const result = await run(name, command, args, options);
  if (result.status === 0) {
    console.log(options.summary?.(result.output) ?? seconds(begin));
    return result;
  }
  console.log(`failed after ${seconds(begin)}`);
  throw new CommandFailed(
    `${lastLines(result.output)}\n${name} failed; all of it is in ${result.log}`,
  );
}

export function lastLines(output, count = 40) {
  return output.trimEnd().split("\n").slice(-count).join("\n");
}
