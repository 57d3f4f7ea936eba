// Servers of the bench: the relay, which also serves the page, and the peer's, each a process on a free
// port with its output in a file.
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join } from "node:path";

const startMs = 15_000;

class Server {
  async start({ name, folder, command, args, env, address, port }) {
    this.logFile = join(folder, `${name}.log`);
    this.port = port;
    const log = openSync(this.logFile, "w");
    this.child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    let how;
    this.ended = new Promise((resolve) => {
      this.child.once("close", (code, signal) => resolve(signal ?? code));
      this.child.once("error", (error) => resolve(error.message));
    });
    void this.ended.then((value) => {
      how = value;
    });
    for (const deadline = Date.now() + startMs; ; ) {
      const response = await fetch(address).catch(() => undefined);
      if (response?.ok) return this;
      if (how !== undefined || Date.now() > deadline) {
        await this.stop();
        throw new Error(`${name} did not start (${how ?? "in time"}): ${this.log()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  log() {
    return readFileSync(this.logFile, "utf8").trimEnd().split("\n").slice(-10).join("\n");
  }

  async stop() {
    this.child.kill("SIGTERM");
    await this.ended;
  }
}

export class Relay extends Server {
  static async start({ root, folder }) {
    const port = await freePort();
    const bench = join(root, "tests/bench/dist");
    const relay = await new Relay().start({
      name: "relay",
      folder,
      command: process.env.SYNCLINE_RELAY ?? join(root, "build/release/relay/syncline-relay"),
      args: [
        ...["--app", join(bench, "app.json"), "--serve-dir", bench],
        ...["--data", join(folder, "relay"), "--port", `${port}`],
        ...["--dev-tokens", "--log-level", "warn"],
      ],
      address: `http://localhost:${port}/healthz`,
      port,
    });
    relay.origin = `http://localhost:${port}`;
    return relay;
  }

  // Of a person by that name.
  async token(name) {
    const response = await fetch(`${this.origin}/dev/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ iss: "bench", sub: name, name, email: `${name}@example.org` }),
    });
    if (!response.ok) throw new Error(`no token: ${response.status} ${await response.text()}`);
    return (await response.json()).token;
  }
}

export class YjsServer extends Server {
  static async start({ folder }) {
    const port = await freePort();
    const main = createRequire(import.meta.url).resolve("@y/websocket-server/package.json");
    const server = await new YjsServer().start({
      name: "yjs-server",
      folder,
      command: process.execPath,
      args: [join(dirname(main), "src/server.js")],
      env: { HOST: "localhost", PORT: `${port}`, YPERSISTENCE: undefined },
      address: `http://localhost:${port}`,
      port,
    });
    server.url = `ws://localhost:${port}`;
    return server;
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
