// Profile: a headless Chromium with an empty profile of its own on the disk (an incognito context would
// keep its files in memory), and the bench's page in it.
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const flags = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
  // A window behind another, as headless ones may think they are, must not be slowed down.
  ...["--disable-background-timer-throttling", "--disable-renderer-backgrounding"],
];

export class Profile {
  static async open({ folder, origin }) {
    const profile = new Profile();
    profile.folder = mkdtempSync(join(folder, "profile-"));
    profile.context = await chromium.launchPersistentContext(profile.folder, {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: flags,
    });
    [profile.page] = profile.context.pages();
    profile.page ??= await profile.context.newPage();
    profile.page.on("pageerror", (error) => console.error(`page: ${error.message}`));
    await profile.page.goto(origin);
    await profile.page.waitForFunction(() => "bench" in globalThis);
    return profile;
  }

  version() {
    return this.page.evaluate(() => /Chrome\/([\d.]+)/.exec(navigator.userAgent)?.[1]);
  }

  // Runs a command of src/page.ts.
  call(command, input) {
    return this.page.evaluate(([name, value]) => globalThis.bench(name, value), [command, input]);
  }

  async close() {
    await this.context.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
