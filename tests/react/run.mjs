// React's hooks in a real Chromium, in StrictMode, on the database in a worker. No relay: what is tested
// here ends at the worker. Usage: node tests/react/run.mjs [WORD...]; words pick tests by their names.
// Last line: "N passed, N failed".
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";

const root = dirname(fileURLToPath(import.meta.url));
await build({ root, mode: "development", logLevel: "warn" });
const server = await preview({ root, preview: { host: "127.0.0.1", port: 0 }, logLevel: "warn" });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
    ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
  ],
});

const page = await browser.newPage();
const said = [];
page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
page.on("pageerror", (error) => said.push(error.stack));
await page.goto(server.resolvedUrls.local[0]);
await page.waitForFunction(() => typeof globalThis.tests === "function");

const words = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const name of await page.evaluate(() => globalThis.tests())) {
  if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
  said.length = 0;
  try {
    await page.evaluate((each) => globalThis.test(each), name);
    ++passed;
    console.log(`ok    ${name}`);
  } catch (error) {
    ++failed;
    console.log(`FAIL  ${name}\n${error.message}\n${said.join("\n")}`);
  }
}
await browser.close();
await server.close();
if (passed + failed === 0) ++failed;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
