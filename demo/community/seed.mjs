#!/usr/bin/env node
// Writes the demo's first rows as its people would. May be repeated: where there is a community, it stays.
// Usage: node seed.mjs [http://localhost:8787]
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { textVersionOf } from "syncline/text";
import { Seeder } from "../lib/seed.mjs";
import { api } from "./convex/_generated/api.js";

const [ada, mo, ben] = JSON.parse(readFileSync(new URL("./src/people.json", import.meta.url)));
const others = [
  ...["Amira Nasser", "Bo Halvorsen", "Carla Reyes", "Dev Patel", "Elif Kaya", "Finn Larsen"],
  ...["Grace Obi", "Hugo Blanc", "Ines Costa", "Jonas Weber", "Kiri Tane", "Lena Novak"],
  ...["Nadia Haddad", "Oskar Lind", "Priya Rao", "Quinn Walsh", "Rosa Bianchi", "Sven Dahl"],
];
const posts = [
  [ada, "Season opens on Saturday", "Boats go in at nine. Bring gloves and something warm."],
  [mo, "New rules for the boathouse", "Last one out checks the slings and locks the side door."],
  [ben, "Looking for a fourth", "Our quad needs a bow seat on Tuesdays at six."],
  [ada, "Photos of the regatta", "They are in the club room until the end of the month."],
  [ben, "Found: a blue cap", "It hangs by the ergometers."],
  [mo, "Ergometer evening", "Five times a thousand metres, then soup."],
];

const likesByPost = [[mo, ben], [ben], [ada], [ada, mo, ben], [], [ada, mo]];

const note = {
  title: "Training plan",
  text: "Monday: easy hour on the water.\nWednesday: ergometers, five times a thousand.\nSaturday: boats go in at nine.\n",
};

const folder = fileURLToPath(new URL(".", import.meta.url));
const seeder = await Seeder.open("community", folder, process.argv[2] ?? "http://localhost:8787");

const communityId = await seeder.as(ada, async (client, run) => {
  const [known] = await client.query(api.communities.listMine, {});
  if (known) return null;
  const id = await run(api.communities.create, { name: "Harbor Rowers" });
  const description = "Rowing on the harbor, every morning that the wind allows.";
  await run(api.communities.setSettings, { communityId: id, settings: { description } });
  await run(api.members.add, { communityId: id, ...only(mo), role: "moderator" });
  await run(api.members.add, { communityId: id, ...only(ben) });
  for (const name of others) {
    const email = `${name.split(" ")[0].toLowerCase()}@commons.example`;
    await run(api.members.add, { communityId: id, name, email });
  }
  return id;
});

function only({ name, email }) {
  return { name, email };
}

if (communityId === null) console.log("There is a community already");
else {
  for (const [author, title, body] of posts.toReversed()) {
    await seeder.as(author, (_client, run) =>
      run(api.posts.create, { communityId, title, body, publish: true }),
    );
  }
  await seeder.as(ada, async (_client, run) => {
    const noteId = await run(api.notes.create, { communityId, title: note.title });
    const changes = [{ from: 0, to: 0, insert: note.text }];
    await run(api.notes.write, { noteId, changes, madeTo: textVersionOf("") });
  });
  for (const person of [ada, mo, ben]) {
    await seeder.as(person, (client, run) => react(person, client, run));
  }
  console.log(`Harbor Rowers: ${others.length + 3} people, ${posts.length} posts`);
}

async function react(person, client, run) {
  const paginationOpts = { numItems: posts.length, cursor: null };
  const { page } = await client.query(api.posts.newest, { communityId, paginationOpts });
  for (const [index, { _id: postId }] of page.entries()) {
    if (likesByPost[index].includes(person)) {
      await run(api.reactions.setLike, { postId, liked: true });
    }
  }
}
