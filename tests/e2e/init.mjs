// syncline init: what it makes of an empty folder builds, runs, syncs, and opens without a network. The
// package is the packed one, as npm would install it.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { strFromU8, unzipSync } from "fflate";
import { expect } from "./lib/expect.mjs";
import { freePort } from "./lib/free-port.mjs";
import { until } from "./lib/until.mjs";

const execute = promisify(execFile);

export const init = [
  {
    name: "an empty folder becomes an application that runs, syncs, and opens offline",
    async run(world) {
      const folder = await makeApplication(world.root);
      try {
        await syncline(folder, "codegen", "--check");
        await run(folder, "tsc", "-p", "tsconfig.json");
        await run(folder, "tsc", "-p", "convex/tsconfig.json");
        await usePage(world, folder);
        await run(folder, "vite", "build");
        await usePageOffline(world, folder);
      } finally {
        rmSync(dirname(folder), { recursive: true });
      }
    },
  },
];

// Within the repository, so that everything but syncline itself is found there and not downloaded.
async function makeApplication(root) {
  mkdirSync(join(root, "build"), { recursive: true });
  const above = mkdtempSync(join(root, "build/init-"));
  const folder = join(above, "my lists");
  const { stdout } = await execute("npm", ["pack", "--silent", "--pack-destination", above], {
    cwd: join(root, "js/syncline"),
  });
  const archive = join(above, stdout.trim().split("\n").at(-1));
  await execute("node", [
    join(root, "js/syncline/bin/syncline.js"),
    ...["init", folder, "--package", `file:${archive}`, "--no-install"],
  ]);
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, ".bin"), { recursive: true });
  await execute("tar", ["-xzf", archive, "-C", modules]);
  await execute("mv", [join(modules, "package"), join(modules, "syncline")]);
  symlinkSync("../syncline/bin/syncline.js", join(modules, ".bin/syncline"));
  for (const program of ["tsc", "vite"]) {
    symlinkSync(join(root, "node_modules/.bin", program), join(modules, ".bin", program));
  }
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  expect(manifest.name === "my-lists", "the package has the folder's name");
  expect(manifest.dependencies.syncline === `file:${archive}`, "it takes the given package");
  return folder;
}

function run(folder, program, ...parameters) {
  return execute(join(folder, "node_modules/.bin", program), parameters, { cwd: folder }).catch(
    (error) => {
      throw new Error(`${program} ${parameters.join(" ")}:\n${error.stdout}${error.stderr}`);
    },
  );
}

const syncline = (folder, ...parameters) => run(folder, "syncline", ...parameters);

// `syncline dev` with a server for the page beside it, while `use` runs.
async function developing({ root }, folder, server, use) {
  const [relayPort, pagePort] = [await freePort(), await freePort()];
  const page = `vite ${server} --port ${pagePort} --strictPort`;
  const child = spawn(
    join(folder, "node_modules/.bin/syncline"),
    ["dev", "--port", `${relayPort}`, "--run", page],
    {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        SYNCLINE_RELAY: join(root, "build/release/relay/syncline-relay"),
        ...process.env,
      },
    },
  );
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (bytes) => {
      said += bytes;
    });
  }
  const origin = `http://localhost:${pagePort}`;
  try {
    await until("the page is served", async () => {
      if (child.exitCode !== null) throw new Error(`syncline dev has ended:\n${said}`);
      return (await fetch(origin).catch(() => null))?.ok;
    });
    await use(origin);
  } catch (error) {
    throw new Error(`${error.stack}\nsyncline dev said:\n${said}`);
  } finally {
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "close");
  }
  expect(child.exitCode === 130, `syncline dev ends with 130, not ${child.exitCode}:\n${said}`);
}

// Two people, as in development.
function usePage(world, folder) {
  return developing(world, folder, "dev", async (origin) => {
    const ada = await signIn(world, origin, "Ada");
    await add(ada, "New list", "Groceries");
    await add(ada, "New task", "Bread");
    await add(ada, "Share with", "ben@example.org");
    const ben = await signIn(world, origin, "Ben");
    await ben.getByLabel("Bread", { exact: true }).click();
    await ben.locator("li :checked").waitFor();
    await ada.locator("nav .count", { hasText: "0" }).waitFor();
    await inStep(ada);
    await moveData(folder, origin);
    await ben.getByLabel("Butter", { exact: true }).waitFor();
  });
}

// What a person sees leaves the relay as a snapshot, is known when it comes back, and one more row is new.
async function moveData(folder, origin) {
  const answer = await fetch(`${origin}/dev/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ iss: "lists", sub: "ada@example.org", email: "ada@example.org" }),
  });
  const { token } = await answer.json();
  const person = ["--url", origin, "--token", token];
  await syncline(folder, "export", "--path", "all.zip", ...person);
  const back = await syncline(folder, "import", "all.zip", "--append", ...person);
  expect(back.stderr.includes("0 documents added, 0 replaced, 0 deleted, 4 were"), back.stderr);
  const entries = unzipSync(readFileSync(join(folder, "all.zip")));
  const [list] = strFromU8(entries["lists/documents.jsonl"]).trim().split("\n").map(JSON.parse);
  const task = { list: list._id, text: "Butter", done: false };
  writeFileSync(join(folder, "tasks.json"), JSON.stringify([task]));
  await syncline(folder, "import", "tasks.json", "--table", "tasks", "--append", ...person);
}

// The built page, which the service worker has put on the device.
function usePageOffline(world, folder) {
  return developing(world, folder, "preview", async (origin) => {
    const page = await signIn(world, origin, "Ada");
    await page.evaluate(async () => (await navigator.serviceWorker.ready).active !== null);
    await until("everything is on the device", () =>
      page.evaluate(async () => (await caches.match("/")) !== undefined),
    );
    await add(page, "New list", "Trip");
    await inStep(page);
    await page.context().setOffline(true);
    await page.reload();
    await page.locator(".sync", { hasText: "Offline" }).waitFor();
    await add(page, "New task", "Tickets");
    await page.locator(".sync", { hasText: "1 waiting" }).waitFor();
    await page.screenshot({ path: join(world.pictureFolder, "init.png") });
    await page.context().setOffline(false);
    await inStep(page);
    await page.getByLabel("Tickets", { exact: true }).waitFor();
  });
}

async function signIn(world, origin, name) {
  const page = await (await world.newContext()).newPage();
  await page.goto(origin);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Email").fill(`${name.toLowerCase()}@example.org`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await inStep(page);
  return page;
}

// With nothing waiting.
function inStep(page) {
  return page.locator(".sync", { hasText: /^In step$/ }).waitFor();
}

async function add(page, label, text) {
  const form = page.locator("form", { has: page.getByLabel(label) });
  await form.getByLabel(label).fill(text);
  await form.getByRole("button", { name: "Add" }).click();
  await page.getByText(text).first().waitFor();
}
