// Faults: the relay is killed in the middle of writes.
import { expect, expectEqual, expectSoon } from "./lib/expect.mjs";
import { PersonPage } from "./lib/person-page.mjs";
import { until } from "./lib/until.mjs";

// Runs mutations in the page, one behind the other, until endWrites, and calls back as the relay
// acknowledges them.
async function startWrites(person, organizationId, onAcknowledged) {
  await person.page.exposeFunction("acknowledged", onAcknowledged);
  await person.page.evaluate((organization) => {
    const { syncline, api } = globalThis.vectr0;
    const write = async () => {
      let index = 0;
      for (; globalThis.writesLeft > 0; ++index, --globalThis.writesLeft) {
        const title = `Written ${index}`;
        const now = Date.now();
        const { applied, accepted } = syncline.mutation(api.mutations.schedules.create, {
          organizationId: organization,
          title,
          startDate: now,
          endDate: now,
        });
        accepted.then(() => globalThis.acknowledged(title));
        await applied;
      }
      return index;
    };
    globalThis.writesLeft = 5000;
    globalThis.written = write();
  }, organizationId);
}

// After a few more. How many there were in all.
async function endWrites(person) {
  return await person.page.evaluate(() => {
    globalThis.writesLeft = 20;
    return globalThis.written;
  });
}

const written = async (person) =>
  (await person.titles()).filter((title) => /^Written \d+$/.test(title));

export const faults = [
  {
    name: "pages find a relay that was away by themselves",
    async run(world) {
      const ada = await PersonPage.openSynced(world, "ada");
      const ben = await PersonPage.openSynced(world, "ben");
      await world.relay.kill();
      for (const { page } of [ada, ben]) await page.locator(".sync.offline").waitFor();
      await ada.create("Written while the relay was away");
      await world.relay.run();
      await ben.see("Written while the relay was away");
      await ada.synced();
    },
  },
  {
    name: "kill -9 of the relay in the middle of writes loses nothing that was acknowledged",
    async run(world) {
      const ada = await PersonPage.openSynced(world, "ada", { query: "&view=people" });
      const known = [];
      await startWrites(ada, await ada.organization(), (title) => known.push(title));
      await until("a part is acknowledged", () => known.length >= 20);
      // From here on it answers nothing, so some are under way when it is killed.
      world.relay.child.kill("SIGSTOP");
      const writes = await endWrites(ada);
      await world.relay.kill();
      await ada.setNetwork(false);
      expect(known.length < writes, `${known.length} of ${writes} are acknowledged: the middle`);
      await world.relay.run();
      // A new device, while the first cannot send anything again.
      const ben = await PersonPage.openSynced(world, "ben");
      const lost = async () => {
        const there = new Set(await written(ben));
        return known.filter((title) => !there.has(title));
      };
      await expectSoon(lost, [], `lost of ${known.length} acknowledged`);
      await ada.setNetwork(true);
      await ada.synced();
      await until("everything has arrived", async () => (await written(ben)).length >= writes);
      const all = await written(ben);
      expectEqual([all.length, new Set(all).size], [writes, writes], "rows, and different rows");
    },
  },
];
