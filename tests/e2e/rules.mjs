// The rules, role by role: what is tried by hand on the device and by force on the relay has the same
// answer from both. Clients in this process, the real relay.
import { join } from "node:path";
import { anyApi } from "convex/server";
import { loadApp } from "syncline/bundle";
import { openSyncline } from "syncline/node";
import { api } from "../../demo/vectr0/convex/_generated/api.js";
import { expect, expectEqual } from "./lib/expect.mjs";
import { until } from "./lib/until.mjs";

const { mutations, queries } = api;
const admin = { sub: "gail", name: "Gail", email: "gail@rules.example" };
const member = { sub: "hugo", name: "Hugo", email: "hugo@rules.example" };
const viewer = { sub: "ines", name: "Ines", email: "ines@rules.example" };

async function open(world, app, claims) {
  const token = await world.relay.token(claims);
  const client = await openSyncline({ app, url: world.relay.origin, storage: "memory", token });
  await until(`${claims.name} is synced`, () => client.status().sync === "synced");
  return client;
}

// An organization with a schedule of each status, and a client for each role.
async function prepare(world) {
  const app = await loadApp(join(world.root, "demo/vectr0/convex"));
  const founder = await open(world, app, admin);
  const run = async (mutation, args) => {
    const { applied, accepted } = founder.mutation(mutation, args);
    await accepted;
    return await applied;
  };
  const organizationId = await run(mutations.organizations.create, { name: "Rules" });
  await run(mutations.users.create, { organizationId, ...personOf(member), role: "member" });
  const viewerId = await run(mutations.users.create, {
    organizationId,
    ...personOf(viewer),
    role: "viewer",
  });
  const make = async (...steps) => {
    const args = { organizationId, title: `Planned ${steps.join(" ")}`, startDate: 1, endDate: 2 };
    const scheduleId = await run(mutations.schedules.create, args);
    for (const status of steps) {
      await run(mutations.schedules.setStatus, { organizationId, scheduleId, status });
    }
    return { organizationId, scheduleId };
  };
  const target = {
    draft: await make(),
    active: await make("active"),
    completed: await make("active", "completed"),
    cancelled: await make("cancelled"),
  };
  const clients = {
    admin: founder,
    member: await open(world, app, member),
    viewer: await open(world, app, viewer),
  };
  return { clients, target, organizationId, viewerId };
}

async function founderOf(client, name) {
  const { applied, accepted } = client.mutation(mutations.organizations.create, { name });
  await accepted;
  return { organizationId: await applied };
}

const personOf = ({ name, email }) => ({ name, email });

// The rule that refuses, or "allowed"; what was allowed on the device only is waited for.
async function answer(client, mutation, args, options) {
  const { applied, accepted } = client.mutation(mutation, args, options);
  try {
    await applied;
    await accepted;
    return "allowed";
  } catch (error) {
    return error.rule ?? error.message;
  }
}

const { schedules, users, organizations } = mutations;
const toStatus = (from, status) => [
  `${from} to ${status}`,
  schedules.setStatus,
  ({ target }) => ({ ...target[from], status }),
];
const create = (status) => [
  `create ${status}`,
  schedules.create,
  ({ organizationId }) => ({ organizationId, title: "New", startDate: 1, endDate: 2, status }),
];
const edit = (from) => [
  `edit ${from}`,
  schedules.update,
  ({ target }) => ({ ...target[from], title: "Edited" }),
];
const remove = (from) => [`delete ${from}`, schedules.remove, ({ target }) => target[from]];

const writes = "schedules.update: planners write";
const inserts = "schedules.insert: planners write";
const deletes = "schedules.delete: planners write";
const moves = "schedules.transitions: status";
const completed = "schedules.update: completed stays";
const opens = "schedules.delete: members delete open ones";

// What each role is refused by; everything else that is tried here would change the rows of the others.
const refusals = [
  ["viewer", create("draft"), inserts],
  ["viewer", edit("draft"), writes],
  ["viewer", toStatus("draft", "active"), writes],
  ["viewer", remove("draft"), deletes],
  ["member", create("completed"), moves],
  ["member", toStatus("draft", "completed"), moves],
  ["member", toStatus("cancelled", "active"), moves],
  ["member", toStatus("completed", "cancelled"), completed],
  ["member", toStatus("completed", "active"), completed],
  ["member", edit("completed"), completed],
  ["member", remove("active"), opens],
  ["member", remove("completed"), opens],
  ["admin", toStatus("completed", "draft"), moves],
  ["admin", toStatus("cancelled", "completed"), moves],
];
const permissions = [
  ["member", create("active")],
  ["member", edit("active")],
  ["member", toStatus("active", "cancelled")],
  ["member", toStatus("cancelled", "draft")],
  ["member", remove("draft")],
  ["admin", edit("completed")],
  ["admin", toStatus("completed", "active")],
  ["admin", remove("completed")],
];

const hostile = anyApi.anything;

export const rules = [
  {
    name: "rules: a client with functions of its own gets no further",
    async run(world) {
      const { clients, target, organizationId, viewerId } = await prepare(world);
      const app = await loadApp(join(world.root, "tests/e2e/hostile"));
      const cheat = await open(world, app, viewer);
      const eli = await open(world, app, { sub: "eli", name: "Eli", email: "eli@tanaka.example" });
      const foreign = (await founderOf(clients.admin, "Elsewhere")).organizationId;
      const row = { createdAt: 1, updatedAt: 1 };
      const attempts = [
        ["makes itself admin", hostile.patch, { id: viewerId, value: { role: "admin" } }],
        [
          "adds an admin",
          hostile.insert,
          { table: "users", value: { ...row, ...personOf(viewer), organizationId, role: "admin" } },
        ],
        [
          "joins another organization",
          hostile.insert,
          {
            table: "users",
            value: { ...row, ...personOf(viewer), organizationId: foreign, role: "admin" },
          },
        ],
        [
          "moves a schedule elsewhere",
          hostile.patch,
          { id: target.draft.scheduleId, value: { organizationId: foreign } },
        ],
        ["deletes the organization", hostile.remove, { id: organizationId }],
      ];
      for (const [what, mutation, args] of attempts) {
        const said = await answer(cheat, mutation, args, { preview: false });
        expect(said !== "allowed", `a changed client ${what}`);
      }
      const unrelated = { id: target.draft.scheduleId, value: { title: "Eli was here" } };
      const said = await answer(eli, hostile.patch, unrelated, { preview: false });
      expect(said !== "allowed", "somebody else changes a schedule");
      const me = await clients.viewer.query(queries.users.me, { organizationId });
      expectEqual(me.role, "viewer", "the viewer's role in the end");
      const people = await clients.admin.query(queries.users.listByOrganization, {
        organizationId: foreign,
      });
      expectEqual(people.length, 1, "people of the other organization");
      for (const client of [...Object.values(clients), cheat, eli]) await client.close();
    },
  },
  {
    name: "rules: device and relay refuse the same, and allow the rest",
    async run(world) {
      const prepared = await prepare(world);
      const { clients, organizationId, viewerId } = prepared;
      for (const [role, [what, mutation, args], rule] of refusals) {
        for (const preview of [true, false]) {
          const said = await answer(clients[role], mutation, args(prepared), { preview });
          expectEqual(said, rule, `${role}, ${what}, on the ${preview ? "device" : "relay"}`);
        }
      }
      for (const [role, [what, mutation, args]] of permissions) {
        const said = await answer(clients[role], mutation, args(prepared), {});
        expectEqual(said, "allowed", `${role}, ${what}`);
      }
      // These functions ask for the role themselves, before any rule.
      const mine = { organizationId, userId: viewerId, role: "admin" };
      const early = await answer(clients.viewer, users.update, mine, { preview: false });
      expectEqual(early, "Insufficient permissions", "a viewer who wants to be admin");
      const rename = { organizationId, name: "Ours" };
      expectEqual(
        await answer(clients.member, organizations.rename, rename, {}),
        "Insufficient permissions",
        "a member who renames the organization",
      );
      expectEqual(
        (await clients.viewer.query(queries.users.me, { organizationId })).role,
        "viewer",
        "the viewer's role in the end",
      );
      for (const client of Object.values(clients)) await client.close();
    },
  },
];
