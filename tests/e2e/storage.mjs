// The device's storage: a damaged file, a full disk, a browser without OPFS, memory when asked for.
import { expect } from "./lib/expect.mjs";
import { PersonPage } from "./lib/person-page.mjs";
import { until } from "./lib/until.mjs";

export const storage = [
  {
    name: "a damaged local file is set aside and its rows come back from the relay",
    async run(world) {
      const ben = await PersonPage.openSynced(world, "ben");
      await ben.see("Client check-in");
      await damage(ben);
      await ben.synced();
      await ben.see("Client check-in");
      await ben.page
        .getByRole("alert")
        .getByText(/damaged and have been set aside/)
        .waitFor();
      await ben.create("After the damage");
      await ben.synced();
    },
  },
  {
    name: "changes that were unsent in a damaged file are recovered or reported",
    async run(world) {
      const ben = await PersonPage.openSynced(world, "ben");
      await ben.setNetwork(false);
      await ben.create("Unsent before the damage");
      await damage(ben);
      await ben.page
        .getByRole("alert")
        .getByText(/damaged and have been set aside/)
        .waitFor();
      await ben.setNetwork(true);
      await ben.synced();
      await ben.see("Client check-in");
      const isBack = ben.row("Unsent before the damage");
      const isReported = ben.page.getByRole("alert").getByText(/may be lost/);
      await isBack.or(isReported).first().waitFor();
    },
  },
  {
    name: "a full disk leaves the page readable and says so",
    async run(world) {
      const ben = await PersonPage.openSynced(world, "ben");
      const session = await ben.page.context().newCDPSession(ben.page);
      const quotaSize = 5 * 1024 * 1024;
      await session.send("Storage.overrideQuotaForOrigin", { origin: ben.origin, quotaSize });
      const refusal = await fillDisk(ben);
      expect(/disk is full/.test(refusal), `“${refusal}” says that the disk is full`);
      await ben.see("Client check-in");
      await session.send("Storage.overrideQuotaForOrigin", { origin: ben.origin });
      await ben.create("Written when there was room again");
      await ben.synced();
    },
  },
  {
    name: "a browser without a private file system gets a clear error",
    async run(world) {
      const context = await world.newContext({ serviceWorkers: "block" });
      await context.route("**/syncline.worker*.js", async (route) => {
        const response = await route.fetch();
        const without = "delete StorageManager.prototype.getDirectory;";
        await route.fulfill({ response, body: `${without}${await response.text()}` });
      });
      const ada = await PersonPage.open(world, "ada", { context });
      await ada.page
        .getByRole("alert")
        .getByText(/file system/)
        .first()
        .waitFor();
    },
  },
  {
    name: "memory is used when the application asks for it by name, and the page says so",
    async run(world) {
      const ada = await PersonPage.openSynced(world, "ada", { query: "&storage=memory" });
      await ada.see("Client check-in");
      await ada.page.getByText("Kept in memory only").waitFor();
      await ada.page.reload();
      await ada.synced();
      await ada.see("Client check-in");
    },
  },
];

// Leaves the page, overwrites its database files, and comes back.
async function damage(person) {
  const address = person.page.url();
  await person.page.goto(`${person.origin}/icon.svg`);
  await until("the files can be written to", () => damageFiles(person.page));
  await person.page.goto(address);
}

// Overwrites the beginning of every database and its log on this origin; how many there were, or 0 while
// the last owner still holds them.
async function damageFiles(page) {
  return await page.evaluate(async () => {
    let count = 0;
    const visit = async (folder) => {
      for await (const entry of folder.values()) {
        if (entry.kind === "directory") await visit(entry);
        else if ((await entry.getFile()).size > 0) {
          const stream = await entry.createWritable({ keepExistingData: true });
          await stream.write({ type: "write", position: 0, data: new Uint8Array(6000).fill(0x5a) });
          await stream.close();
          ++count;
        }
      }
    };
    try {
      await visit(await navigator.storage.getDirectory());
    } catch {
      return 0;
    }
    return count;
  });
}

// Writes large schedules until one is refused, and gives the message.
async function fillDisk(person) {
  return await person.page.evaluate(
    async (organizationId) => {
      const { syncline, api } = globalThis.vectr0;
      const description = "x".repeat(100_000);
      const now = Date.now();
      for (let index = 0; index < 200; ++index) {
        const title = `Large ${index}`;
        const args = { organizationId, title, description, startDate: now, endDate: now };
        try {
          await syncline.mutation(api.mutations.schedules.create, args).applied;
        } catch (error) {
          return error.message;
        }
      }
      return "nothing: everything was written";
    },
    await person.organization(),
  );
}
