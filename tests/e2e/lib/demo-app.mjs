// DemoApp: one demo, served by a relay of its own with fresh data, on pages that can lose everything: the
// relay ends and the browser's network goes. Needs the demo's dist, with its app.json.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Relay } from "./relay.mjs";

export class DemoApp {
  // Runs `use(app)` and ends the relay afterwards, whatever happens.
  static async with(world, demo, use) {
    const app = new DemoApp();
    app.world = world;
    app.relay = await Relay.start({ root: world.root, demo });
    app.isRunning = true;
    try {
      await use(app);
    } finally {
      await app.relay.stop();
    }
  }

  // The demo's own first rows.
  async seed() {
    const cwd = join(this.world.root, "demo", this.relay.demo);
    await promisify(execFile)("node", ["seed.mjs", this.relay.origin], { cwd });
  }

  // A page in a context of its own: a browser of its own, as far as data goes. Its errors are collected.
  async open(path = "/", options = {}) {
    const context = await this.world.newContext(options);
    const page = await context.newPage();
    page.errors = [];
    page.on("pageerror", (error) => page.errors.push(error.message));
    await page.goto(`${this.relay.origin}${path}`);
    return page;
  }

  // The relay ends as in a loss of power, and the page's browser has no network.
  async goOffline(page) {
    if (this.isRunning) await this.relay.kill();
    this.isRunning = false;
    await page.context().setOffline(true);
  }

  // The relay is back on its port with its data, and so is the network.
  async goOnline(page) {
    if (!this.isRunning) await this.relay.run();
    this.isRunning = true;
    await page.context().setOffline(false);
  }
}
