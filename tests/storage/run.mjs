// OPFS storage in a real Chromium: the contract that every storage passes, one owner at a time, and a
// full disk. Last line: "N passed, N failed".
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const bundle = await build({
  entryPoints: [join(here, "opfs-worker.ts")],
  alias: { vitest: join(here, "vitest-in-worker.ts") },
  bundle: true,
  format: "esm",
  write: false,
});
const worker = bundle.outputFiles[0].text;
const server = createServer((request, response) => {
  const isWorker = request.url === "/worker.js";
  response.setHeader("content-type", isWorker ? "text/javascript" : "text/html");
  response.end(isWorker ? worker : "<!doctype html><title>storage</title>");
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
});
const context = await browser.newContext();

let passed = 0;
let failed = 0;
function count(name, error) {
  if (error === undefined) ++passed;
  else {
    ++failed;
    console.log(`${name}\n  ${error}`);
  }
}
async function test(name, body) {
  try {
    await body();
    count(name);
  } catch (error) {
    count(name, error.message);
  }
}
function expectEqual(actual, expected) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`expected ${b}, got ${a}`);
}

// A page with a worker of its own, which answers one command at a time.
async function open() {
  const page = await context.newPage();
  await page.goto(origin);
  await page.evaluate(() => {
    globalThis.worker = new Worker("/worker.js", { type: "module" });
  });
  return {
    page,
    ask: (command) =>
      page.evaluate(
        (text) =>
          new Promise((resolve) => {
            globalThis.worker.onmessage = ({ data }) => resolve(data);
            globalThis.worker.postMessage(text);
          }),
        command,
      ),
  };
}

const first = await open();
const { value: results, error } = await first.ask("contract");
if (error) count("the contract runs", error.message);
for (const result of results ?? []) count(result.name, result.error);

await test("a second tab is told that the data is open, and the first goes on", async () => {
  expectEqual(await first.ask("hold"), { value: "durable" });
  const second = await open();
  expectEqual(await second.ask("hold"), {
    error: { code: "conflict", message: "this data is already open in another tab" },
  });
  await second.page.close();
});

await test("after a reload the same page has its data at once", async () => {
  await first.page.reload();
  await first.page.evaluate(() => {
    globalThis.worker = new Worker("/worker.js", { type: "module" });
  });
  expectEqual(await first.ask("hold"), { value: "durable" });
});

await test("at the quota a write is short or refused, and the data stays readable", async () => {
  const session = await context.newCDPSession(first.page);
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 4 * 1024 * 1024 });
  const { value } = await first.ask("fill");
  expectEqual(value.isReadable, true);
  expectEqual(["short", "QuotaExceededError"].includes(value.how), true);
});

await browser.close();
server.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
