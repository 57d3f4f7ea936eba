// Relay: the real relay on a free port with temporary data, serving one demo; to be stopped, killed and
// started again.
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.mjs";
import { until } from "./until.mjs";

export class Relay {
  static async start({ root, demo = "vectr0", flags = [] }) {
    const relay = new Relay();
    relay.root = root;
    relay.demo = demo;
    relay.flags = flags;
    relay.folder = mkdtempSync(join(tmpdir(), "syncline-e2e-"));
    relay.port = await freePort();
    relay.origin = `http://localhost:${relay.port}`;
    await relay.run();
    return relay;
  }

  // Starts the process on the port and data it has; returns when it is ready.
  async run() {
    const dist = join(this.root, "demo", this.demo, "dist");
    const log = openSync(join(this.folder, "relay.log"), "a");
    this.child = spawn(
      join(this.root, "build/release/relay/syncline-relay"),
      [
        ...["--app", join(dist, "app.json")],
        ...["--serve-dir", dist],
        ...["--data", join(this.folder, "data")],
        ...["--port", `${this.port}`],
        "--dev-tokens",
        ...this.flags,
      ],
      { stdio: ["ignore", log, log] },
    );
    closeSync(log);
    this.ended = new Promise((resolve) => {
      this.child.once("close", resolve);
      this.child.once("error", resolve);
    });
    let hasEnded = false;
    void this.ended.then(() => {
      hasEnded = true;
    });
    await until("the relay is ready", async () => {
      if (hasEnded) throw new Error(`the relay ended:\n${this.log()}`);
      return (await fetch(`${this.origin}/healthz`).catch(() => null))?.status === 200;
    });
  }

  // As a loss of power: no word to anyone.
  async kill() {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  // Asks it to end, waits, and removes its data.
  async stop() {
    this.child.kill("SIGTERM");
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  log() {
    return readFileSync(join(this.folder, "relay.log"), "utf8").split("\n").slice(-30).join("\n");
  }

  async token(claims) {
    const response = await fetch(`${this.origin}/dev/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ iss: this.demo, ...claims }),
    });
    if (!response.ok) throw new Error(`no token: ${response.status} ${await response.text()}`);
    return (await response.json()).token;
  }
}
