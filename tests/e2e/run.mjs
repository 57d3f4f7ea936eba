// End to end: the demo's page in a real Chromium, against the real relay with temporary data.
// Usage: node tests/e2e/run.mjs [WORD...]; words pick the tests whose names contain one. What failed
// leaves a picture in build/pictures. Last line: "N passed, N failed".
import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { community } from "./community.mjs";
import { demos } from "./demos.mjs";
import { faults } from "./faults.mjs";
import { init } from "./init.mjs";
import { jobFlow } from "./job-flow.mjs";
import { Relay } from "./lib/relay.mjs";
import { deadlineMs } from "./lib/until.mjs";
import { notes } from "./notes.mjs";
import { offline } from "./offline.mjs";
import { pending } from "./pending.mjs";
import { people } from "./people.mjs";
import { pictures } from "./pictures.mjs";
import { refusals } from "./refusals.mjs";
import { roles } from "./roles.mjs";
import { rules } from "./rules.mjs";
import { seats } from "./seats.mjs";
import { storage } from "./storage.mjs";
import { strict } from "./strict.mjs";
import { sync } from "./sync.mjs";
import { tabs } from "./tabs.mjs";
import { tenants } from "./tenants.mjs";
import { tokens } from "./tokens.mjs";
import { undo } from "./undo.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const pictureFolder = join(root, "build/pictures");
mkdirSync(pictureFolder, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
    ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
  ],
});
const relay = await Relay.start({ root });
await promisify(execFile)("node", ["seed.mjs", relay.origin], { cwd: join(root, "demo/vectr0") });

const contexts = new Set();
// What the pages of the running test said on their consoles.
const said = [];
const world = {
  root,
  relay,
  pictureFolder,
  async newContext(options = {}) {
    const context = await browser.newContext({ locale: "en-GB", ...options });
    context.setDefaultTimeout(deadlineMs);
    context.on("console", (message) => {
      if (message.type() !== "log") said.push(`${message.type()}: ${message.text()}`);
    });
    context.on("weberror", (error) => said.push(error.error().stack));
    contexts.add(context);
    return context;
  },
};

const words = process.argv.slice(2);
const all = [
  pictures,
  sync,
  offline,
  pending,
  roles,
  rules,
  refusals,
  undo,
  people,
  tenants,
  tokens,
  tabs,
  storage,
  faults,
  init,
  demos,
  community,
  notes,
  jobFlow,
  seats,
  strict,
].flat();
const chosen = all.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
);
let passed = 0;
const failures = [];
for (const { name, run } of chosen) {
  const begin = Date.now();
  try {
    await run(world);
    ++passed;
    console.log(`ok      ${name} (${Date.now() - begin} ms)`);
  } catch (error) {
    const lines = [`FAILED  ${name}`, `  ${error.stack}`];
    for (const line of said.slice(-12)) lines.push(`  page: ${line}`);
    failures.push(lines.join("\n"));
    console.log(failures.at(-1));
    await keepPictures(name);
  }
  for (const context of contexts) await context.close();
  contexts.clear();
  said.length = 0;
}

async function keepPictures(name) {
  const pages = [...contexts].flatMap((context) => context.pages());
  for (const [index, page] of pages.entries()) {
    const file = `failed-${name.replace(/[^a-z0-9]+/gi, "-").slice(0, 60)}-${index}.png`;
    await page.screenshot({ path: join(pictureFolder, file) }).catch(() => {});
  }
}

await browser.close();
const failed = failures.length;
if (failed > 0) console.log(`The relay's log ends:\n${relay.log()}`);
await relay.stop();
// Once more at the end, which is all that some get to see.
for (const failure of failures) console.log(failure);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
