// Starting the demo: the relay with its data, and the first rows.
import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { lastLines, must, root } from "./run.mjs";

export const relayBinary = join(root, "build/release/relay/syncline-relay");
const demo = join(root, "demo/vectr0");

export function parseArguments(list) {
  const options = { port: 8787, fresh: false };
  for (let i = 0; i < list.length; ++i) {
    const [flag, inline] = list[i].split("=", 2);
    if (flag === "--fresh") options.fresh = true;
    else if (flag === "--port") {
      options.port = Number(inline ?? list[++i]);
      if (!Number.isInteger(options.port) || options.port < 1 || options.port > 65535) {
        throw new Error("--port takes a number from 1 to 65535");
      }
    } else throw new Error(`no flag ${flag}; usage: tools/start [--port N] [--fresh]`);
  }
  return options;
}

// Whether nobody listens on the port.
export function isPortFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

export class Relay {
  constructor(port) {
    this.port = port;
    this.address = `http://localhost:${port}`;
    this.log = join(root, "data/relay.log");
  }

  // Returns when it is ready; throws with the end of its log if it ends before.
  async start({ fresh }) {
    const data = join(root, "data");
    if (fresh) rmSync(data, { recursive: true, force: true });
    mkdirSync(data, { recursive: true });
    const log = openSync(this.log, "w");
    this.child = spawn(
      relayBinary,
      [
        ...["--app", join(demo, "dist/app.json")],
        ...["--data", join(data, "relay")],
        ...["--serve-dir", join(demo, "dist")],
        ...["--port", `${this.port}`],
        "--dev-tokens",
      ],
      { cwd: root, stdio: ["ignore", log, log], detached: true },
    );
    closeSync(log);
    this.ended = new Promise((resolve) => {
      this.child.once("close", (code, signal) => resolve(signal ?? code));
      this.child.once("error", (error) => resolve(error.message));
    });
    let hasEnded = false;
    this.ended.then(() => {
      hasEnded = true;
    });
    for (const deadline = Date.now() + 15_000; !(await this.isReady()); ) {
      if (hasEnded || Date.now() > deadline) {
        this.child.kill("SIGKILL");
        throw new Error(`the relay did not start:\n${lastLines(readFileSync(this.log, "utf8"))}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async isReady() {
    try {
      return (await fetch(`${this.address}/healthz`)).status === 200;
    } catch {
      return false;
    }
  }

  // The relay ends its sessions itself; it is killed if it takes longer than it may.
  async stop() {
    this.child.kill("SIGTERM");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), 15_000);
    await this.ended;
    clearTimeout(timer);
  }
}

// The demo's first rows, written once through the client like anybody's.
export async function seedOnce(relay) {
  const marker = join(root, "data/seeded");
  if (existsSync(marker)) return;
  await must("write the demo's first rows", "node", ["seed.mjs", relay.address], { cwd: demo });
  writeFileSync(marker, `${new Date().toISOString()}\n`);
}
