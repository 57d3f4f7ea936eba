// People and roles, settings, files, the audit trail, and what the rules say when a function does not.
import { makeFunctionReference } from "convex/server";
import { beforeEach, expect, it } from "vitest";
import { api } from "../convex/_generated/api.js";
import type { Id } from "../convex/_generated/dataModel.js";
import { isPermitted, permissionsByRole } from "../convex/lib/access.js";
import { type Community, startCommunity } from "./start.js";

let c: Community;
beforeEach(async () => {
  c = await startCommunity();
});

async function members(numItems: number, cursor: string | null = null, role?: "member") {
  return await c.ben.query(api.members.list, {
    communityId: c.communityId,
    paginationOpts: { numItems, cursor },
    ...(role === undefined ? {} : { role }),
  });
}

const names = (list: { name: string }[]) => list.map(({ name }) => name);

// Addresses in another order than names.
function add(name: string) {
  const email = `${[...name.toLowerCase()].reverse().join("")}@example.org`;
  return c.ada.mutation(api.members.add, { communityId: c.communityId, name, email });
}

async function idOf(name: string): Promise<Id<"members">> {
  const { page } = await members(100);
  return page.find((member) => member.name === name)?._id ?? expect.fail(`no ${name}`);
}

it("each role has what the one below it has", () => {
  const { admin, moderator, member } = permissionsByRole;
  expect([...member].every((permission) => isPermitted("moderator", permission))).toBe(true);
  expect([...moderator].every((permission) => isPermitted("admin", permission))).toBe(true);
  expect(admin.size > moderator.size && moderator.size > member.size).toBe(true);
});

it("members come by name, page by page, and a page holds its place when somebody joins", async () => {
  for (const name of ["Dora", "Eli", "Cleo"]) await add(name);
  const first = await members(3);
  expect(names(first.page)).toEqual(["Ada", "Ben", "Cleo"]);
  await add("Bea");
  await add("Finn");
  const second = await members(3, first.continueCursor);
  expect(names(second.page)).toEqual(["Dora", "Eli", "Finn"]);
  const last = await members(3, second.continueCursor);
  expect([names(last.page), last.isDone]).toEqual([["Mo"], true]);
  expect(names((await members(10, null, "member")).page)).toEqual([
    ...["Bea", "Ben", "Cleo", "Dora", "Eli", "Finn"],
  ]);
});

it("members are found by a name's words, in their own community only", async () => {
  await add("Dora");
  const elsewhere = await c.stranger.mutation(api.communities.create, { name: "Other" });
  await c.stranger.mutation(api.members.add, {
    ...{ communityId: elsewhere, name: "Dora Haas", email: "haas@example.org" },
  });
  const found = (communityId: Id<"communities">, person: Community["ada"]) =>
    person.query(api.members.search, { communityId, text: "dor" });
  expect(names(await found(c.communityId, c.ben))).toEqual(["Dora"]);
  expect(names(await found(elsewhere, c.stranger))).toEqual(["Dora Haas"]);
  await expect(found(elsewhere, c.ben)).rejects.toThrow("You are no member of this community");
});

it("only admins give roles, and the last admin stays one", async () => {
  const [ada, ben] = [await idOf("Ada"), await idOf("Ben")];
  await expect(
    c.mo.mutation(api.members.setRole, { memberId: ben, role: "admin" }),
  ).rejects.toThrow("As moderator you have no permission member:manage");
  const step = { memberId: ada, role: "member" } as const;
  await expect(c.ada.mutation(api.members.setRole, step)).rejects.toThrow("at least one admin");
  await expect(c.ada.mutation(api.members.remove, { memberId: ada })).rejects.toThrow(
    "at least one admin",
  );
  await c.ada.mutation(api.members.setRole, { memberId: ben, role: "admin" });
  await c.ada.mutation(api.members.setRole, step);
  await expect(add("Late")).rejects.toThrow("member:manage");
  await c.ben.mutation(api.members.setRole, { memberId: ada, role: "moderator" });
});

it("anyone leaves, and is a stranger from then on", async () => {
  const [ben, mo] = [await idOf("Ben"), await idOf("Mo")];
  await expect(c.ben.mutation(api.members.remove, { memberId: mo })).rejects.toThrow("manage");
  await c.ben.mutation(api.members.remove, { memberId: ben });
  expect(await c.ben.query(api.communities.listMine, {})).toEqual([]);
  await expect(members(1)).rejects.toThrow("You are no member");
});

it("addresses are checked and kept in lower case, and nobody joins twice", async () => {
  const email = (text: string) =>
    c.ada.mutation(api.members.add, { communityId: c.communityId, name: "X", email: text });
  await expect(email("nobody")).rejects.toThrow('"nobody" is no address');
  await expect(email(" BEN@example.org ")).rejects.toThrow("ben@example.org is a member already");
});

it("settings are the defaults where nobody set any, and change one by one", async () => {
  const { communityId } = c;
  const get = () => c.ben.query(api.communities.getSettings, { communityId });
  expect(await get()).toEqual({
    ...{ name: "Harbor Rowers", description: "", allowComments: true },
    ...{ postLengthMax: 4000, newMemberRole: "member" },
  });
  await c.ada.mutation(api.communities.setSettings, {
    ...{ communityId, settings: { description: " We row. ", newMemberRole: "moderator" } },
  });
  await c.ada.mutation(api.communities.setSettings, {
    ...{ communityId, name: "Rowers", settings: { allowComments: false } },
  });
  expect(await get()).toEqual({
    ...{ name: "Rowers", description: "We row.", allowComments: false },
    ...{ postLengthMax: 4000, newMemberRole: "moderator" },
  });
  await add("Dora");
  expect((await members(10)).page.find(({ name }) => name === "Dora")?.role).toBe("moderator");
  await c.ada.mutation(api.communities.setSettings, {
    ...{ communityId, settings: {}, reset: ["newMemberRole", "allowComments"] },
  });
  expect(await get()).toMatchObject({ allowComments: true, newMemberRole: "member" });
  await expect(
    c.ada.mutation(api.communities.setSettings, { communityId, settings: { postLengthMax: 0 } }),
  ).rejects.toThrow("1 to 100000");
  await expect(
    c.mo.mutation(api.communities.setSettings, { communityId, settings: {} }),
  ).rejects.toThrow("community:edit");
});

it("deleting a community leaves no row of it, and all of another", async () => {
  const other = await c.ben.mutation(api.communities.create, { name: "Other" });
  for (const communityId of [c.communityId, other]) {
    const args = { communityId, title: "Post", body: "", publish: true };
    const postId = await c.ben.mutation(api.posts.create, args);
    await c.ben.mutation(api.reactions.setLike, { postId, liked: true });
    await c.ben.mutation(api.reactions.comment, { postId, text: "Yes" });
  }
  const { communityId } = c;
  await expect(c.mo.mutation(api.communities.remove, { communityId })).rejects.toThrow("delete");
  await c.ada.mutation(api.communities.remove, { communityId });
  const tables = ["members", "posts", "comments", "likes", "auditLogs"] as const;
  const left = await c.device.run(async (ctx) =>
    Promise.all(tables.map(async (table) => await ctx.db.query(table).collect())),
  );
  expect(left.flat().map((row) => row.communityId === other)).not.toContain(false);
  expect(left.map((rows) => rows.length)).toEqual([1, 1, 1, 1, 2]);
  expect(await c.ada.query(api.communities.listMine, {})).toEqual([]);
});

async function upload(content: string, type = "text/plain") {
  return await c.ben.run(async (ctx) => ctx.storage.store(new Blob([content], { type })));
}

it("a file has its owner, and the size and type of what arrived", async () => {
  const { communityId } = c;
  expect(await c.ben.mutation(api.files.generateUploadUrl, { communityId })).toMatch(/^http/);
  const storageId = await upload("Boats");
  const file = { communityId, storageId, filename: "list.txt" };
  const fileId = await c.ben.mutation(api.files.save, file);
  await expect(c.mo.mutation(api.files.save, file)).rejects.toThrow("on record already");
  await expect(c.mo.mutation(api.files.discard, { communityId, storageId })).rejects.toThrow(
    "on record",
  );
  const list = await c.mo.query(api.files.list, { communityId });
  expect(list).toMatchObject([
    { ownerEmail: "ben@example.org", size: 5, contentType: "text/plain", url: expect.any(String) },
  ]);
  await c.ada.mutation(api.members.add, { communityId, name: "Cleo", email: "cleo@example.org" });
  const cleo = c.as("cleo");
  await expect(cleo.mutation(api.files.remove, { fileId })).rejects.toThrow("file:removeAny");
  await c.mo.mutation(api.files.remove, { fileId });
  expect(await c.ben.query(api.files.list, { communityId })).toEqual([]);
  expect(await c.ben.run(async (ctx) => ctx.storage.getUrl(storageId))).toBeNull();
});

it("files of other kinds, too large ones and too many are refused, and can be discarded", async () => {
  const { communityId } = c;
  const save = (storageId: Id<"_storage">) =>
    c.ben.mutation(api.files.save, { communityId, storageId, filename: "file" });
  const script = await upload("alert(1)", "text/html");
  await expect(save(script)).rejects.toThrow("text/html is not taken");
  await c.ben.mutation(api.files.discard, { communityId, storageId: script });
  await expect(save(script)).rejects.toThrow("The file has not arrived");
  await expect(save(await upload("x".repeat(5_000_001)))).rejects.toThrow("up to 5000000 bytes");
  const fileId = await save(await upload("Boats"));
  await c.device.run(async (ctx) => ctx.db.patch("files", fileId, { size: 19_999_994 }));
  await save(await upload("Rowers"));
  await expect(save(await upload("Oars"))).rejects.toThrow("20000000 bytes together");
});

it("what is done is on record with it, and what fails leaves no record", async () => {
  const { communityId } = c;
  const args = { communityId, title: "Post", body: "" };
  const postId = await c.ben.mutation(api.posts.create, args);
  await c.ben.mutation(api.posts.publish, { postId });
  await expect(c.ben.mutation(api.posts.publish, { postId })).rejects.toThrow();
  await c.mo.mutation(api.posts.remove, { postId });
  const trail = await c.ada.query(api.audit.ofTarget, { communityId, targetId: postId });
  expect(trail.map(({ action, actorEmail }) => [action, actorEmail])).toEqual([
    ["post.create", "ben@example.org"],
    ["post.publish", "ben@example.org"],
    ["post.remove", "mo@example.org"],
  ]);
  const { page } = await c.mo.query(api.audit.recent, {
    ...{ communityId, paginationOpts: { numItems: 2, cursor: null } },
  });
  expect(page.map(({ action }) => action)).toEqual(["post.remove", "post.publish"]);
  await expect(c.ben.query(api.audit.ofTarget, { communityId, targetId: postId })).rejects.toThrow(
    "audit:view",
  );
});

// A function that forgets to ask who is there.
const patch = makeFunctionReference<"mutation", { id: string; fields: object }>("careless:patch");
const insert = makeFunctionReference<"mutation", { table: "posts"; row: object }>(
  "careless:insert",
);

it("the rules refuse what a function forgets to", async () => {
  const ben = await idOf("Ben");
  const { communityId } = c;
  const args = { communityId, title: "Ada's", body: "", publish: true };
  const postId = await c.ada.mutation(api.posts.create, args);
  const post = await c.ada.query(api.posts.get, { postId });
  const { _id, _creationTime, ...row } = post;
  const refused = (person: Community["ada"], id: string, fields: object) =>
    expect(person.mutation(patch, { id, fields })).rejects;
  await refused(c.ben, ben, { role: "admin" }).toThrow("Only an admin can change roles.");
  await refused(c.ben, postId, { title: "Ben's" }).toThrow("Only its author and moderators");
  await refused(c.ben, postId, { likeCount: -1 }).toThrow("A count cannot be negative.");
  await refused(c.mo, postId, { status: "draft" }).toThrow("not a draft again");
  await refused(c.mo, postId, { authorEmail: "mo@example.org" }).toThrow("stays its author's");
  await refused(c.stranger, postId, { likeCount: 1 }).toThrow("Only its author and moderators");
  await expect(c.ben.mutation(insert, { table: "posts", row })).rejects.toThrow(
    "You can only write in your own name.",
  );
  await c.ben.mutation(patch, { id: ben, fields: { name: "Benjamin" } });
  await c.mo.mutation(patch, { id: postId, fields: { title: "Moderated" } });
});
