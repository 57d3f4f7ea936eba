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
import { packages, scriptsOf } from "./build.mjs";
import { lastLines, must, root } from "./run.mjs";

export const relayBinary = join(root, "build/release/relay/syncline-relay");

// Demos that have a page.
const demos = packages("demo").filter((name) => scriptsOf(join(root, "demo", name)).build);

export function parseArguments(list) {
  const options = { port: 8787, demo: "vectr0", fresh: false };
  for (let i = 0; i < list.length; ++i) {
    const [flag, inline] = list[i].split("=", 2);
    if (flag === "--fresh") options.fresh = true;
    else if (flag === "--port") {
      options.port = Number(inline ?? list[++i]);
      if (!Number.isInteger(options.port) || options.port < 1 || options.port > 65535) {
        throw new Error("--port takes a number from 1 to 65535");
      }
    } else if (flag === "--demo") {
      options.demo = inline ?? list[++i];
      if (!demos.includes(options.demo)) {
        throw new Error(`--demo takes one of ${demos.join(", ")}`);
      }
    } else {
      throw new Error(`no flag ${flag}; usage: tools/start [--demo NAME] [--port N] [--fresh]`);
    }
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
  constructor({ port, demo }) {
    this.port = port;
    this.address = `http://localhost:${port}`;
    this.demo = join(root, "demo", demo);
    // From the root.
    this.folder = join("data", demo);
    this.data = join(root, this.folder);
    this.log = join(this.data, "relay.log");
  }

  // Returns when it is ready; throws with the end of its log if it ends before.
  async start({ fresh }) {
    if (fresh) rmSync(this.data, { recursive: true, force: true });
    mkdirSync(this.data, { recursive: true });
    const log = openSync(this.log, "w");
    this.child = spawn(
      relayBinary,
      [
        ...["--app", join(this.demo, "dist/app.json")],
        ...["--data", join(this.data, "relay")],
        ...["--serve-dir", join(this.demo, "dist")],
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
export async function seedOnce({ address, data, demo }) {
  const marker = join(data, "seeded");
  if (existsSync(marker) || !existsSync(join(demo, "seed.mjs"))) return;
  await must("write the demo's first rows", "node", ["seed.mjs", address], { cwd: demo });
  writeFileSync(marker, `${new Date().toISOString()}\n`);
}
