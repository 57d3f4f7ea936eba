#!/usr/bin/env node
// Writes the demo's first rows through the door that everybody uses: a client with the founder's
// token, and the application's own mutations. May be repeated: what is there stays as it is.
// Usage: node seed.mjs [http://localhost:8787]
import { fileURLToPath } from "node:url";
import { loadApp } from "syncline/bundle";
import { openSyncline } from "syncline/node";
import { api } from "./convex/_generated/api.js";
import { seedOrganizations } from "./seed-data.mjs";

const relay = process.argv[2] ?? "http://localhost:8787";
const deadlineMs = 60_000;

const { queries, mutations } = api;

async function token({ email, name }) {
  const response = await fetch(new URL("/dev/token", relay), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ iss: "vectr0", sub: email.split("@")[0], name, email }),
  });
  if (!response.ok) {
    throw new Error(`${relay} gives no tokens (${response.status}): start it with --dev-tokens`);
  }
  return (await response.json()).token;
}

// Until everything that this person may see has arrived.
function synced(client) {
  return new Promise((resolve) => {
    const check = () => {
      if (client.status().sync === "synced") resolve();
    };
    client.onStatus(check);
    check();
  });
}

const decisions = [];

// The relay's decision is waited for at the end.
async function run(client, mutation, args) {
  const { applied, accepted } = client.mutation(mutation, args);
  decisions.push(accepted);
  return await applied;
}

async function findOrFound(client, name) {
  const mine = await client.query(queries.organizations.listMine, {});
  const known = mine.find(({ organization }) => organization.name === name);
  return known?.organization._id ?? (await run(client, mutations.organizations.create, { name }));
}

async function addPeople(client, organizationId, people) {
  const known = await client.query(queries.users.listByOrganization, { organizationId });
  for (const { name, email, role } of people) {
    if (known.some((person) => person.email === email)) continue;
    await run(client, mutations.users.create, { organizationId, name, email, role });
  }
  return await client.query(queries.users.listByOrganization, { organizationId });
}

async function addSchedules(client, organizationId, people, schedules) {
  const known = await client.query(queries.schedules.list, { organizationId });
  for (const { person, status, ...fields } of schedules) {
    if (known.some(({ title }) => title === fields.title)) continue;
    const open = status === "draft" || status === "cancelled" ? "draft" : "active";
    const scheduleId = await run(client, mutations.schedules.create, {
      ...fields,
      organizationId,
      userId: people.find(({ email }) => email === person)._id,
      status: open,
    });
    if (status === open) continue;
    await run(client, mutations.schedules.setStatus, { organizationId, scheduleId, status });
  }
}

setTimeout(() => {
  console.error(`seed.mjs: ${relay} has not taken everything after ${deadlineMs / 1000} s`);
  process.exit(1);
}, deadlineMs).unref();

const app = await loadApp(fileURLToPath(new URL("./convex", import.meta.url)));
for (const { name, people, schedules } of seedOrganizations(Date.now())) {
  const client = await openSyncline({
    app,
    url: relay,
    token: await token(people[0]),
    storage: "memory",
  });
  try {
    await synced(client);
    const organizationId = await findOrFound(client, name);
    await addSchedules(
      client,
      organizationId,
      await addPeople(client, organizationId, people),
      schedules,
    );
    await Promise.all(decisions);
    console.log(`${name}: ${people.length} people, ${schedules.length} schedules`);
  } finally {
    await client.close();
  }
}
