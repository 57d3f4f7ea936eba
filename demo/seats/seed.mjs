#!/usr/bin/env node
// Writes the demo's first rows as its people would. May be repeated: where there is a center, it stays.
// Usage: node seed.mjs [http://localhost:8787]
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Seeder } from "../lib/seed.mjs";
import { api } from "./convex/_generated/api.js";

const [ines, mara, jonas, priya, hugo] = JSON.parse(
  readFileSync(new URL("./src/people.json", import.meta.url)),
);
const seekers = ["Amira Nasser", "Bo Halvorsen", "Carla Reyes", "Dev Patel"].map((name) => ({
  name,
  email: `${name.split(" ")[0].toLowerCase()}@center.example`,
}));
// Days from now, title, coach, seats, and how many of them are taken.
const workshops = [
  [2, "Interview practice", priya, 3, 2],
  [4, "Salary talks", hugo, 6, 4],
  [7, "A portfolio that is read", priya, 4, 0],
];
const reviews = [
  [mara, "Product designer, two pages"],
  [jonas, "Backend engineer"],
  [seekers[0], "Career change to nursing"],
];

const folder = fileURLToPath(new URL(".", import.meta.url));
const seeder = await Seeder.open("seats", folder, process.argv[2] ?? "http://localhost:8787");

const centerId = await seeder.as(ines, async (client, run) => {
  if (await client.query(api.centers.mine, {})) return null;
  const id = await run(api.centers.found, { name: "Riverside Career Center" });
  const add = ({ name, email }, role) =>
    run(api.centers.addMember, { centerId: id, name, email, role });
  for (const coach of [priya, hugo]) await add(coach, "coach");
  for (const seeker of [mara, jonas, ...seekers]) await add(seeker, "seeker");
  return id;
});

if (centerId === null) console.log("There is a center already");
else {
  const ids = await seeder.as(ines, async (_client, run) => {
    const made = [];
    for (const [days, title, { name: coach }, seats] of workshops) {
      const startsAt = new Date().setHours(18, 0, 0, 0) + days * 24 * 3600 * 1000;
      made.push(await run(api.workshops.add, { centerId, title, coach, startsAt, seats }));
    }
    return made;
  });
  for (const [index, seeker] of seekers.entries()) {
    await seeder.as(seeker, async (_client, run) => {
      for (const [each, workshopId] of ids.entries()) {
        if (index < workshops[each][4]) await run(api.workshops.book, { workshopId });
      }
    });
  }
  for (const [person, title] of reviews) {
    await seeder.as(person, (_client, run) => run(api.reviews.ask, { centerId, title }));
  }
  console.log(`Riverside Career Center: ${workshops.length} workshops, ${reviews.length} reviews`);
}
