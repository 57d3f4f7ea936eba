// Refusals: what the application hears of one, how long, and what it can do. Clients in this process, on
// files; the real relay.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadApp } from "syncline/bundle";
import { openSyncline } from "syncline/node";
import { api } from "../../demo/vectr0/convex/_generated/api.js";
import { expectEqual } from "./lib/expect.mjs";
import { until } from "./lib/until.mjs";

const { mutations, queries } = api;
const admin = { sub: "nora", name: "Nora", email: "nora@refusals.example" };
const viewer = { sub: "omar", name: "Omar", email: "omar@refusals.example" };

async function open(world, claims, storage) {
  const app = await loadApp(join(world.root, "demo/vectr0/convex"));
  const token = await world.relay.token(claims);
  const client = await openSyncline({ app, url: world.relay.origin, storage, token });
  await until(`${claims.name} is synced`, () => client.status().sync === "synced");
  return client;
}

export const refusals = [
  {
    name: "a refusal names code, sentence, rule, row and arguments, outlives a restart, and can be retried",
    async run(world) {
      const directory = mkdtempSync(join(tmpdir(), "syncline-e2e-"));
      const clients = [];
      const openHere = async (...args) => {
        const client = await open(world, ...args);
        clients.push(client);
        return client;
      };
      try {
        const nora = await openHere(admin, "memory");
        const run = async (mutation, args) => {
          const { applied, accepted } = nora.mutation(mutation, args);
          await accepted;
          return await applied;
        };
        const organizationId = await run(mutations.organizations.create, { name: "Refusals" });
        const { name, email } = viewer;
        const userId = await run(mutations.users.create, {
          ...{ organizationId, name, email, role: "viewer" },
        });
        const dates = { startDate: 1, endDate: 2 };
        const scheduleId = await run(mutations.schedules.create, {
          ...{ organizationId, title: "As it was", ...dates },
        });

        const omar = await openHere(viewer, { directory });
        const titles = async (client) =>
          (await client.query(queries.schedules.list, { organizationId })).map(
            ({ title }) => title,
          );
        const args = { organizationId, scheduleId, title: "As Omar would" };
        const told = [];
        omar.onRefused((refused) => told.push(refused.length));
        const behind = { organizationId, scheduleId, description: "Refused too" };
        const first = omar.mutation(mutations.schedules.update, args, { preview: false });
        const made = { organizationId, title: "Made by Omar", startDate: 3, endDate: 4 };
        const second = omar.mutation(mutations.schedules.create, made, { preview: false });
        const third = omar.mutation(mutations.schedules.update, behind, { preview: false });
        expectEqual(await first.applied, null, "what the function gave");
        const codes = await Promise.all(
          [first, second, third].map(({ accepted }) =>
            accepted.catch(({ code, rule, row }) => [code, rule, row]),
          ),
        );
        const rule = "schedules.update: planners write";
        const answer = ["denied", rule, scheduleId];
        const ofMade = ["denied", "schedules.insert: planners write", await second.applied];
        expectEqual(codes, [answer, ofMade, answer], "what the promises tell");
        expectEqual(await titles(omar), ["As it was"], "the row, undone");
        await until("all are told", () => omar.refused().length === 3);
        expectEqual(told.at(-1), 3, "what the callback was told last");
        await omar.close();

        const again = await openHere(viewer, { directory });
        await until("they are told again", () => again.refused().length === 3);
        const [refused] = again.refused();
        expectEqual(
          [refused.path, refused.args, refused.code, refused.rule, refused.table, refused.row],
          ["mutations/schedules:update", args, "denied", rule, "schedules", scheduleId],
          "the refusal after a restart",
        );
        expectEqual(/^Viewers can/.test(refused.message), true, `a sentence: ${refused.message}`);

        // Another role, and the same is taken.
        await run(mutations.users.update, { organizationId, userId, role: "member" });
        await until("the role is here", async () => {
          const people = await again.query(queries.users.listByOrganization, { organizationId });
          return people.some(({ _id, role }) => _id === userId && role === "member");
        });
        await again.retry(refused).accepted;
        await until("it is dismissed", () => again.refused().length === 2);
        expectEqual(await titles(again), ["As Omar would"], "the row, retried");
        // Asked for twice, it runs once.
        const twice = [1, 2].map(() => again.retry(again.refused()[0]));
        await Promise.all(twice.flatMap(({ applied, accepted }) => [applied, accepted]));
        await until("it is dismissed as well", () => again.refused().length === 1);
        expectEqual(await titles(again), ["As Omar would", "Made by Omar"], "rows, retried");
        await again.dismiss(again.refused()[0]);
        expectEqual(again.refused().length, 0, "refusals that are left");
        await again.close();

        const last = await openHere(viewer, { directory });
        await until("the lists are here", () => last.status().sync === "synced");
        expectEqual(last.refused().length, 0, "refusals after they were dismissed");
      } finally {
        for (const client of clients) await client.close();
        rmSync(directory, { recursive: true });
      }
    },
  },
];
