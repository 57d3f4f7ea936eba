// Strict mutations through the real relay: many clients in this process at once, without a network, and when
// they give up. How it looks to people is in seats.mjs.
import { join } from "node:path";
import { loadApp } from "syncline/bundle";
import { openSyncline } from "syncline/node";
import { api } from "../../demo/seats/convex/_generated/api.js";
import { DemoApp } from "./lib/demo-app.mjs";
import { expect, expectEqual } from "./lib/expect.mjs";
import { until } from "./lib/until.mjs";

const seekers = ["amira", "bo", "carla", "dev", "elif", "finn", "grace", "hanna"];
const admin = { sub: "ines", name: "Ines", email: "ines@strict.example" };
const personOf = (sub) => ({ sub, name: sub, email: `${sub}@strict.example` });

async function open(demo, app, claims) {
  const url = demo.relay.origin;
  const client = await openSyncline({
    ...{ app, url, storage: "memory" },
    token: await demo.relay.token(claims),
  });
  await until(`${claims.name} is synced`, () => client.status().sync === "synced");
  return client;
}

// A center with its people, and a client for each seeker.
async function withCenter(world, use) {
  await DemoApp.with(world, "seats", async (demo) => {
    const app = await loadApp(join(world.root, "demo/seats/convex"));
    const clients = [];
    try {
      const founder = await open(demo, app, admin);
      clients.push(founder);
      const run = async (mutation, args) => {
        const { applied, accepted } = founder.mutation(mutation, args);
        await accepted;
        return await applied;
      };
      const centerId = await run(api.centers.found, { name: "Strict" });
      for (const sub of seekers) {
        const { email, name } = personOf(sub);
        await run(api.centers.addMember, { centerId, email, name, role: "seeker" });
      }
      for (const sub of seekers) clients.push(await open(demo, app, personOf(sub)));
      const addWorkshop = (title, seats) =>
        run(api.workshops.add, { centerId, title, coach: "Ines", startsAt: 0, seats });
      const seated = async (client, workshopId) => {
        const workshops = await client.query(api.workshops.list, { centerId });
        return workshops.find(({ _id }) => _id === workshopId)?.seated.toSorted();
      };
      await use({ demo, centerId, people: clients.slice(1), addWorkshop, seated });
    } finally {
      for (const client of clients) await client.close();
    }
  });
}

// "yes", or the sentence or code that tells why not.
async function book(client, workshopId, options = {}) {
  try {
    await client.mutation(api.workshops.book, { workshopId }, options).accepted;
    return "yes";
  } catch (error) {
    return error.data ?? error.code;
  }
}

export const strict = [
  {
    name: "strict: eight people book three seats at once, three have one, five are told who",
    run: (world) =>
      withCenter(world, async ({ people, addWorkshop, seated }) => {
        for (const round of [1, 2, 3]) {
          const workshopId = await addWorkshop(`Round ${round}`, 3);
          for (const client of people) {
            await until("the workshop is here", () => seated(client, workshopId));
          }
          const answers = await Promise.all(
            // More than the relay can refuse as long as somebody else gets on each time.
            people.map((client) => book(client, workshopId, { strict: { attempts: 20 } })),
          );
          const winners = seekers.filter((_, index) => answers[index] === "yes");
          expectEqual(winners.length, 3, `seats of round ${round}: ${JSON.stringify(answers)}`);
          const others = answers.filter((answer) => answer !== "yes");
          expect(
            others.every((answer) => / is full: \w+ has the last seat\.$/.test(answer)),
            `the others are told who has the last seat: ${JSON.stringify(others)}`,
          );
          for (const client of people) {
            // Whoever was accepted sees it at once; the others when they hear of it.
            await until("all show the same", async () => {
              const names = await seated(client, workshopId);
              return JSON.stringify(names) === JSON.stringify(winners.toSorted());
            });
            expectEqual(client.refused(), [], "refusals that were run again");
            await until("nothing is pending", () => client.status().pending === 0);
          }
        }
      }),
  },
  {
    name: "strict: an accepted one shows its rows when its promise resolves, and no sooner",
    run: (world) =>
      withCenter(world, async ({ demo, people: [client], addWorkshop, seated }) => {
        const workshopId = await addWorkshop("Shown", 2);
        await until("the workshop is here", () => seated(client, workshopId));
        demo.relay.child.kill("SIGSTOP");
        const { applied, accepted } = client.mutation(api.workshops.book, { workshopId });
        try {
          await until("it is asked", () => client.status().pending === 1);
          expectEqual(await seated(client, workshopId), [], "seats before the relay's word");
          await until("it is among the pending", () => client.pending().length === 1);
          expectEqual(client.pending()[0].strict, true, "what the list says of it");
        } finally {
          demo.relay.child.kill("SIGCONT");
        }
        await applied;
        expectEqual(await seated(client, workshopId), ["amira"], "seats when it has resolved");
        await accepted;
      }),
  },
  {
    name: "strict: with one attempt a conflict is told as such, and can be tried again",
    run: (world) =>
      withCenter(world, async ({ demo, people, addWorkshop, seated }) => {
        const [amira, bo] = people;
        const workshopId = await addWorkshop("Once", 2);
        for (const client of [amira, bo]) {
          await until("the workshop is here", () => seated(client, workshopId));
        }
        demo.relay.child.kill("SIGSTOP");
        const once = { strict: { attempts: 1 } };
        const asked = [amira, bo].map((client) => book(client, workshopId, once));
        try {
          for (const client of [amira, bo]) {
            await until("it is asked", () => client.status().pending === 1);
          }
        } finally {
          demo.relay.child.kill("SIGCONT");
        }
        const answers = await Promise.all(asked);
        expectEqual(answers.toSorted(), ["conflict", "yes"], "answers");
        const loser = answers[0] === "yes" ? bo : amira;
        await until("the refusal is listed", () => loser.refused().length === 1);
        const [refused] = loser.refused();
        expectEqual(
          [refused.path, refused.code, refused.args, refused.strict],
          ["workshops:book", "conflict", { workshopId }, true],
          "the refusal",
        );
        await loser.retry(refused).accepted;
        await until("the refusal is dismissed", () => loser.refused().length === 0);
        expectEqual((await seated(loser, workshopId)).length, 2, "people who have a seat");
      }),
  },
  {
    name: "strict: without a network it fails at once, or waits, as asked",
    run: (world) =>
      withCenter(world, async ({ centerId, people: [client], addWorkshop, seated }) => {
        const workshopId = await addWorkshop("Offline", 1);
        await until("the workshop is here", () => seated(client, workshopId));
        client.setOnline(false);
        expectEqual(await book(client, workshopId), "offline", "the answer without a network");
        // Few attempts, which would be used up without a network; the first may come before the relay remembers.
        const waiting = book(client, workshopId, { strict: { offline: "wait", attempts: 3 } });
        // By the time that the list has what was done later, it would have this.
        const later = client.mutation(api.reviews.ask, { centerId, title: "Asked later" });
        await later.applied;
        await until("what was done later is listed", () => client.pending().length > 0);
        expectEqual(
          client.pending().map(({ path }) => path),
          ["reviews:ask"],
          "changes that wait meanwhile",
        );
        expectEqual(await seated(client, workshopId), [], "who has the seat meanwhile");
        client.setOnline(true);
        expectEqual(await waiting, "yes", "the answer with a network");
        expectEqual(await seated(client, workshopId), ["amira"], "who has the seat");
      }),
  },
];
