// What is pending, as a person sees it: on the first paint after a reload, and while it becomes accepted. Every
// state of the page and every result of a live query is recorded, however short it was.
import { cachedPage } from "./lib/cached-page.mjs";
import { expect, expectEqual } from "./lib/expect.mjs";
import { PersonPage } from "./lib/person-page.mjs";

// In the page, from its very beginning: the list after each change of the document, if there is one.
function recordStates() {
  globalThis.states = [];
  const record = () => {
    const rows = [...document.querySelectorAll("li.row")].map((row) => ({
      title: row.querySelector("h3")?.textContent,
      waits: row.classList.contains("waits"),
    }));
    const waiting = document.querySelector(".sync")?.getAttribute("data-pending");
    if (rows.length > 0) globalThis.states.push({ rows, waiting });
  };
  new MutationObserver(record).observe(document, {
    ...{ subtree: true, childList: true, characterData: true, attributes: true },
  });
}

// In the page: writes one after another without waiting, and gives each result of a live query on what they
// write, until the relay has accepted all.
async function writeMany({ organizationId, count }) {
  const { syncline, api } = globalThis.vectr0;
  const seen = [];
  const stop = syncline.onSql(
    "SELECT title, description FROM schedules WHERE title LIKE 'Never gone%'",
    [],
    ({ rows }) => seen.push(rows.map((row) => row.join(" · "))),
  );
  const day = 24 * 3600 * 1000;
  const fields = { organizationId, startDate: Date.now(), endDate: Date.now() + day };
  const { create, update } = api.mutations.schedules;
  const made = syncline.mutation(create, { ...fields, title: "Never gone 0", description: "0" });
  const scheduleId = await made.applied;
  const decided = [made.accepted];
  for (let each = 1; each <= count; ++each) {
    const change = {
      organizationId,
      scheduleId,
      title: `Never gone ${each}`,
      description: `${each}`,
    };
    const { applied, accepted } = syncline.mutation(update, change);
    decided.push(accepted);
    // Some meet the answers to others on their way.
    if (each % 5 === 0) await applied;
  }
  await Promise.all(decided);
  await syncline.sql("SELECT 1");
  stop();
  return seen;
}

export const pending = [
  {
    name: "what is pending is on the first paint after a reload, marked as such",
    async run(world) {
      const context = await world.newContext();
      await context.addInitScript(recordStates);
      const ada = await PersonPage.openSynced(world, "ada", { context });
      await ada.create("Renamed offline");
      await ada.synced();
      await cachedPage(ada.page);
      await ada.setNetwork(false);
      await ada.create("Made offline");
      await ada.edit("Renamed offline", { Title: "Has a new name" });
      await ada.see("Has a new name");
      await ada.see("Made offline");
      await ada.page.context().setOffline(true);
      await ada.page.reload();
      await ada.see("Made offline");
      const states = await ada.page.evaluate(() => globalThis.states);
      for (const { rows } of states) {
        const of = (title) => rows.filter((row) => row.title === title).map(({ waits }) => waits);
        expectEqual(of("Made offline"), [true], "the new row, in every state");
        expectEqual(of("Has a new name"), [true], "the renamed row, in every state");
        expectEqual(of("Renamed offline"), [], "its old name, in every state");
      }
      expectEqual(states[0].waiting, "2", "changes that wait, on the first paint");
      await ada.page.context().setOffline(false);
      await ada.setNetwork(true);
      await ada.synced();
    },
  },
  {
    name: "nothing flickers between the relay's word and its rows",
    async run(world) {
      const context = await world.newContext();
      await context.addInitScript(recordStates);
      const ada = await PersonPage.openSynced(world, "ada", { context });
      const organizationId = await ada.organization();
      const count = 40;
      const seen = await ada.page.evaluate(writeMany, { organizationId, count });
      await ada.see(`Never gone ${count}`);
      await ada.synced();
      const numbers = seen.map((rows) => {
        if (rows.length === 0) return -1; // before it was made
        expectEqual(rows.length, 1, "rows of the one schedule");
        const [, title, description] = /^Never gone (\d+) · (\d+)$/.exec(rows[0]) ?? [];
        expectEqual(title, description, "fields that were written together");
        return Number(title);
      });
      const steps = numbers.every((each, at) => at === 0 || each > numbers[at - 1]);
      expect(steps, `each result is newer than the last: ${numbers.join()}`);
      expectEqual(numbers.at(-1), count, "the last result");

      const states = await ada.page.evaluate(() => globalThis.states);
      const shown = states.map(({ rows }) =>
        rows.map(({ title }) => title).filter((title) => title.startsWith("Never gone")),
      );
      const since = shown.slice(shown.findIndex((titles) => titles.length > 0));
      for (const titles of since) expectEqual(titles.length, 1, "the row, in every state");
      const painted = since.map(([title]) => Number(title.slice("Never gone ".length)));
      expect(
        painted.every((each, at) => at === 0 || each >= painted[at - 1]),
        `no state of the page is older than the last: ${painted.join()}`,
      );
    },
  },
];
