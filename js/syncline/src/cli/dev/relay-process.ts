// RelayProcess: a relay of this machine for development, started and stopped with the command.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isRelayAt } from "./relay-admin.ts";

const name = "syncline-relay";
const startDeadlineMs = 15_000;
const pollMs = 50;
// A relay ends its sessions within 10 s.
const stopDeadlineMs = 12_000;

/** The relay's program: SYNCLINE_RELAY, one on the PATH, or what this repository has built. Throws an
 * Error that says what to do if there is none. */
export function findRelay(): string {
  const given = process.env["SYNCLINE_RELAY"];
  if (given) {
    if (existsSync(given)) return given;
    throw new Error(`SYNCLINE_RELAY says ${given}, and there is no such file`);
  }
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);
  const built = fileURLToPath(
    new URL(`../../../../../build/release/relay/${name}`, import.meta.url),
  );
  const found = [...folders.map((folder) => join(folder, name)), built].find((file) =>
    existsSync(file),
  );
  if (found !== undefined) return found;
  throw new Error(
    `there is no ${name} on this machine. Put it on the PATH, say where it is in SYNCLINE_RELAY, or name a ` +
      "relay that runs elsewhere with --url",
  );
}

export class RelayProcess {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    /** How it ended. */
    readonly ended: Promise<string>,
  ) {}

  /** Starts one on the port, with its data and log in the folder. Throws an Error with the end of its log
   * if it does not come up. */
  static async start(folder: string, port: number, signal: AbortSignal): Promise<RelayProcess> {
    const program = findRelay();
    if (!(await isPortFree(port))) {
      throw new Error(
        `port ${port} is taken by another program: choose one with --port, or name its relay with --url`,
      );
    }
    makeStateFolder(folder);
    const log = join(folder, "relay.log");
    const output = openSync(log, "w");
    const child = spawn(
      program,
      ["--data", join(folder, "relay"), "--port", `${port}`, "--dev-tokens"],
      // In a group of its own: Ctrl-C is ours, and the relay is asked to end in its turn.
      { stdio: ["ignore", output, output], detached: true },
    );
    closeSync(output);
    const insist = (): void => void child.kill("SIGKILL");
    process.once("exit", insist);
    let how: string | undefined;
    const ended = new Promise<string>((resolve) => {
      child.once("close", (code, killer) => resolve(killer ?? `exit code ${code}`));
      child.once("error", (error) => resolve(error.message));
    }).then((reason) => {
      process.off("exit", insist);
      how = reason;
      return reason;
    });
    const relay = new RelayProcess(`http://localhost:${port}`, child, ended);
    for (const deadline = Date.now() + startDeadlineMs; !(await isRelayAt(relay.url)); ) {
      if (how !== undefined || Date.now() > deadline || signal.aborted) {
        const why = how ?? `no answer at ${relay.url}`;
        await relay.stop();
        throw new Error(
          `the relay did not start (${why}):\n${lastLines(readFileSync(log, "utf8"))}`,
        );
      }
      await delay(pollMs);
    }
    return relay;
  }

  /** Asks it to end, waits, and insists. */
  async stop(): Promise<void> {
    this.child.kill("SIGTERM");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), stopDeadlineMs);
    await this.ended;
    clearTimeout(timer);
  }
}

/** The folder of what `syncline dev` keeps; git does not see it. */
export function makeStateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, ".gitignore"), "*\n");
}

function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-10).join("\n");
}
