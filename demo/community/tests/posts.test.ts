// Posts, likes, comments, the bin, deleting for good, and many changes at once.
import { ConvexError } from "convex/values";
import { beforeEach, expect, it } from "vitest";
import { api } from "../convex/_generated/api.js";
import type { Id } from "../convex/_generated/dataModel.js";
import { type Community, startCommunity } from "./start.js";

let c: Community;
beforeEach(async () => {
  c = await startCommunity();
});

type Person = Community["ada"];

function write(person: Person, title: string, more: { publish?: boolean; tags?: string[] } = {}) {
  const post = { communityId: c.communityId, title, body: "…", publish: true };
  return person.mutation(api.posts.create, { ...post, ...more });
}

const titles = (posts: { title: string }[]) => posts.map(({ title }) => title);
const popular = async (person: Person) =>
  titles(await person.query(api.posts.popular, { communityId: c.communityId }));

async function newest(person: Person, numItems: number, cursor: string | null = null) {
  return await person.query(api.posts.newest, {
    communityId: c.communityId,
    paginationOpts: { numItems, cursor },
  });
}

it("a draft is its author's and the moderators' until it is published", async () => {
  const postId = await write(c.ben, " Spring regatta ", { publish: false, tags: ["Race", "race"] });
  expect(await c.ben.query(api.posts.get, { postId })).toMatchObject({
    title: "Spring regatta",
    tags: ["race"],
    status: "draft",
  });
  expect(await c.mo.query(api.posts.get, { postId })).not.toHaveProperty("publishedAt");
  const cleo = c.as("cleo");
  await c.ada.mutation(api.members.add, {
    ...{ communityId: c.communityId, name: "Cleo", email: "cleo@example.org" },
  });
  await expect(cleo.query(api.posts.get, { postId })).rejects.toThrow("There is no such post");
  expect(await popular(cleo)).toEqual([]);
  await c.ben.mutation(api.posts.publish, { postId });
  expect(await popular(cleo)).toEqual(["Spring regatta"]);
  await expect(c.ben.mutation(api.posts.publish, { postId })).rejects.toThrow("published already");
  await expect(c.ben.mutation(api.posts.edit, { postId, status: "draft" })).rejects.toThrow(
    "archived, not a draft again",
  );
});

it("nobody edits another's post but moderators, and the length is the community's", async () => {
  const postId = await write(c.mo, "Boats");
  const denied = c.ben.mutation(api.posts.edit, { postId, title: "Mine" });
  await expect(denied).rejects.toBeInstanceOf(ConvexError);
  await expect(denied).rejects.toMatchObject({
    data: { code: "forbidden", permission: "post:editAny" },
  });
  await c.ada.mutation(api.communities.setSettings, {
    communityId: c.communityId,
    settings: { postLengthMax: 5 },
  });
  await c.ada.mutation(api.posts.edit, { postId, body: "12345" });
  await expect(c.ada.mutation(api.posts.edit, { postId, body: "123456" })).rejects.toThrow(
    "A post must have 0 to 5 characters",
  );
  await expect(c.stranger.query(api.posts.get, { postId })).rejects.toThrow("no member");
  await expect(c.device.query(api.posts.get, { postId })).rejects.toThrow("Not authenticated");
});

it("popular posts come by likes, and of equals the newer first", async () => {
  const [one, two] = [await write(c.ada, "One"), await write(c.ada, "Two")];
  await write(c.ada, "Three");
  await write(c.ada, "A draft", { publish: false });
  expect(await popular(c.ben)).toEqual(["Three", "Two", "One"]);
  for (const person of [c.ada, c.ben]) {
    await person.mutation(api.reactions.setLike, { postId: one, liked: true });
  }
  await c.ben.mutation(api.reactions.setLike, { postId: two, liked: true });
  await c.ben.mutation(api.reactions.setLike, { postId: two, liked: true });
  expect(await popular(c.ben)).toEqual(["One", "Two", "Three"]);
  expect(
    await c.ben.query(api.reactions.myLikes, {
      communityId: c.communityId,
      postIds: [one, two],
    }),
  ).toEqual([one, two]);
  for (const postId of [one, two]) {
    await c.ben.mutation(api.reactions.setLike, { postId, liked: false });
  }
  await c.ada.mutation(api.reactions.setLike, { postId: one, liked: false });
  expect(await popular(c.ben)).toEqual(["Three", "Two", "One"]);
  expect((await c.ben.query(api.posts.get, { postId: one })).likeCount).toBe(0);
});

it("trending posts are of the range, and a comment counts as two likes", async () => {
  const liked = await write(c.ada, "Liked");
  const discussed = await write(c.ada, "Discussed");
  await c.ben.mutation(api.reactions.setLike, { postId: liked, liked: true });
  await c.ben.mutation(api.reactions.comment, { postId: discussed, text: "Well" });
  await c.device.run(async (ctx) => {
    const old = await ctx.db.get("posts", liked);
    const { _id, _creationTime, ...fields } = old ?? expect.fail("the post is gone");
    const publishedAt = Date.now() - 10 * 24 * 3_600_000;
    await ctx.db.insert("posts", { ...fields, title: "Of last week", publishedAt });
  });
  const trending = async (range: "week" | "month") =>
    titles(await c.ben.query(api.posts.trending, { communityId: c.communityId, range }));
  expect(await trending("week")).toEqual(["Discussed", "Liked"]);
  expect(await trending("month")).toEqual(["Discussed", "Liked", "Of last week"]);
});

it("pages of the newest posts hold their place when more are written", async () => {
  for (const title of ["One", "Two", "Three", "Four", "Five"]) await write(c.ada, title);
  const first = await newest(c.ben, 2);
  expect(titles(first.page)).toEqual(["Five", "Four"]);
  expect(first.page[0]?.authorName).toBe("Ada");
  await write(c.ada, "Six");
  const second = await newest(c.ben, 2, first.continueCursor);
  expect(titles(second.page)).toEqual(["Three", "Two"]);
  const last = await newest(c.ben, 2, second.continueCursor);
  expect([titles(last.page), last.isDone]).toEqual([["One"], true]);
});

it("the bin takes a post away and gives it back as it was", async () => {
  const postId = await write(c.ben, "Thrown away");
  const bin = async (person: Person) =>
    titles(await person.query(api.posts.bin, { communityId: c.communityId }));
  await c.ben.mutation(api.posts.remove, { postId });
  expect(await popular(c.ada)).toEqual([]);
  expect((await newest(c.ada, 5)).page).toEqual([]);
  expect([await bin(c.ben), await bin(c.mo)]).toEqual([["Thrown away"], ["Thrown away"]]);
  await expect(c.ben.mutation(api.posts.remove, { postId })).rejects.toThrow("in the bin already");
  await expect(c.ben.mutation(api.posts.edit, { postId, title: "T" })).rejects.toThrow("Restore");
  const like = c.ben.mutation(api.reactions.setLike, { postId, liked: true });
  await expect(like).rejects.toThrow("The post is in the bin");
  await c.mo.mutation(api.posts.restore, { postId });
  expect(await popular(c.ada)).toEqual(["Thrown away"]);
  expect(await c.ada.query(api.posts.get, { postId })).not.toHaveProperty("deletedAt");
  const own = await write(c.ada, "Ada's");
  await expect(c.ben.mutation(api.posts.remove, { postId: own })).rejects.toThrow(
    "no permission post:removeAny",
  );
  await c.ada.mutation(api.posts.remove, { postId: own });
  expect([await bin(c.ben), await bin(c.ada)]).toEqual([[], ["Ada's"]]);
});

it("purging takes comments and likes along, and nothing of another post", async () => {
  const [gone, stays] = [await write(c.ben, "Gone"), await write(c.ben, "Stays")];
  for (const postId of [gone, stays]) {
    for (const person of [c.ada, c.ben]) {
      await person.mutation(api.reactions.setLike, { postId, liked: true });
      await person.mutation(api.reactions.comment, { postId, text: "Yes" });
    }
  }
  await expect(c.mo.mutation(api.posts.purge, { postId: gone })).rejects.toThrow("bin first");
  await c.ben.mutation(api.posts.remove, { postId: gone });
  await expect(c.ben.mutation(api.posts.purge, { postId: gone })).rejects.toThrow("post:purge");
  expect(await c.mo.mutation(api.posts.purge, { postId: gone })).toEqual({ comments: 2, likes: 2 });
  const left = await c.device.run(async (ctx) => [
    (await ctx.db.query("posts").collect()).map(({ _id }) => _id),
    (await ctx.db.query("comments").collect()).map(({ postId }) => postId),
    (await ctx.db.query("likes").collect()).map(({ postId }) => postId),
  ]);
  expect(left).toEqual([[stays], [stays, stays], [stays, stays]]);
});

it("comments are counted, can be switched off, and are taken away by who may", async () => {
  const postId = await write(c.ada, "Talk");
  const commentId = await c.ben.mutation(api.reactions.comment, { postId, text: " First " });
  await c.mo.mutation(api.reactions.comment, { postId, text: "Second" });
  const count = async () => (await c.ben.query(api.posts.get, { postId })).commentCount;
  expect(await count()).toBe(2);
  expect(await c.ben.query(api.reactions.comments, { postId })).toMatchObject([
    { authorName: "Ben", text: "First" },
    { authorName: "Mo", text: "Second" },
  ]);
  await c.ada.mutation(api.communities.setSettings, {
    communityId: c.communityId,
    settings: { allowComments: false },
  });
  const more = { postId, text: "Third" };
  await expect(c.ben.mutation(api.reactions.comment, more)).rejects.toThrow("switched off");
  await c.mo.mutation(api.reactions.comment, more);
  const others = (await c.ben.query(api.reactions.comments, { postId })).at(-1);
  await expect(
    c.ben.mutation(api.reactions.removeComment, { commentId: others?._id ?? commentId }),
  ).rejects.toThrow("post:removeAny");
  await c.ben.mutation(api.reactions.removeComment, { commentId });
  expect(await count()).toBe(2);
});

it("of many changes each is made or left alone, and the caller hears which", async () => {
  const own = await write(c.ben, "Own", { publish: false });
  const other = await write(c.ada, "Ada's");
  const last = await write(c.ben, "Last");
  const result = await c.ben.mutation(api.posts.updateMany, {
    communityId: c.communityId,
    updates: [
      { postId: own, status: "published", tags: ["news"] },
      { postId: other, title: "Taken over" },
      { postId: last, title: " " },
      { postId: last, body: "Changed" },
    ],
  });
  expect(result).toEqual({
    updated: [own, last],
    failed: [
      { postId: other, reason: "As member you have no permission post:editAny" },
      { postId: last, reason: "A title must have 1 to 120 characters" },
    ],
  });
  expect(await c.ben.query(api.posts.get, { postId: own })).toMatchObject({
    ...{ status: "published", tags: ["news"], publishedAt: expect.any(Number) },
  });
  expect(await c.ben.query(api.posts.get, { postId: last })).toMatchObject({
    ...{ title: "Last", body: "Changed" },
  });
  const many = Array.from({ length: 51 }, () => ({ postId: own, title: "Again" }));
  await expect(
    c.ben.mutation(api.posts.updateMany, { communityId: c.communityId, updates: many }),
  ).rejects.toThrow("up to 50 posts at once, not 51");
});

it("a batch reaches no post of another community", async () => {
  const elsewhere = await c.ben.mutation(api.communities.create, { name: "Other" });
  const args = { communityId: elsewhere, title: "There", body: "" };
  const postId: Id<"posts"> = await c.ben.mutation(api.posts.create, args);
  const { failed } = await c.ben.mutation(api.posts.updateMany, {
    communityId: c.communityId,
    updates: [{ postId, title: "Here" }],
  });
  expect(failed).toEqual([{ postId, reason: "There is no such post" }]);
});

it("posts are found by the words of their title, and by who wrote them", async () => {
  await write(c.ben, "Regatta in spring");
  await write(c.ben, "Regatta in autumn", { publish: false });
  const found = await c.ada.query(api.posts.search, {
    ...{ communityId: c.communityId, text: "regatta" },
  });
  expect(titles(found)).toEqual(["Regatta in spring"]);
  const memberId = found[0]?.authorId ?? expect.fail("nothing was found");
  const by = async (person: Person) =>
    titles(await person.query(api.posts.byAuthor, { memberId })).sort();
  expect(await by(c.ada)).toEqual(["Regatta in spring"]);
  expect(await by(c.ben)).toEqual(["Regatta in autumn", "Regatta in spring"]);
});
