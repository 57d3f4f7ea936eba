#!/usr/bin/env node
// Writes the demo's first rows through the door that everybody uses: a client with the founder's
// token, and the application's own mutations. May be repeated: what is there stays as it is.
// Usage: node seed.mjs [http://localhost:8787]
import { fileURLToPath } from "node:url";
import { Seeder } from "../lib/seed.mjs";
import { api } from "./convex/_generated/api.js";
import { seedOrganizations } from "./seed-data.mjs";

const { queries, mutations } = api;

async function findOrFound(client, run, name) {
  const mine = await client.query(queries.organizations.listMine, {});
  const known = mine.find(({ organization }) => organization.name === name);
  return known?.organization._id ?? (await run(mutations.organizations.create, { name }));
}

async function addPeople(client, run, organizationId, people) {
  const known = await client.query(queries.users.listByOrganization, { organizationId });
  for (const { name, email, role } of people) {
    if (known.some((person) => person.email === email)) continue;
    await run(mutations.users.create, { organizationId, name, email, role });
  }
  return await client.query(queries.users.listByOrganization, { organizationId });
}

async function addSchedules(client, run, organizationId, people, schedules) {
  const known = await client.query(queries.schedules.list, { organizationId });
  for (const { person, status, ...fields } of schedules) {
    if (known.some(({ title }) => title === fields.title)) continue;
    const open = status === "draft" || status === "cancelled" ? "draft" : "active";
    const scheduleId = await run(mutations.schedules.create, {
      ...fields,
      organizationId,
      userId: people.find(({ email }) => email === person)._id,
      status: open,
    });
    if (status === open) continue;
    await run(mutations.schedules.setStatus, { organizationId, scheduleId, status });
  }
}

const folder = fileURLToPath(new URL(".", import.meta.url));
const seeder = await Seeder.open("vectr0", folder, process.argv[2] ?? "http://localhost:8787");
for (const { name, people, schedules } of seedOrganizations(Date.now())) {
  await seeder.as(people[0], async (client, run) => {
    const organizationId = await findOrFound(client, run, name);
    const known = await addPeople(client, run, organizationId, people);
    await addSchedules(client, run, organizationId, known, schedules);
  });
  console.log(`${name}: ${people.length} people, ${schedules.length} schedules`);
}
