// Posts: writing and publishing, the popular and the newest, the bin, and deleting for good.
import { paginationOptsValidator } from "convex/server";
import { ConvexError, v } from "convex/values";
import { internal } from "./_generated/api.js";
import type { Doc, Id } from "./_generated/dataModel.js";
import { internalMutation, mutation, type QueryCtx, query } from "./_generated/server.js";
import { requireMember, requirePermission } from "./lib/access.js";
import { record } from "./lib/audit.js";
import { change, checkChange, requireReadable, requireWritable } from "./lib/posts.js";
import { postStatus } from "./validators.js";

const inCommunity = { communityId: v.id("communities") };
const onePost = { postId: v.id("posts") };

const changeFields = {
  title: v.optional(v.string()),
  body: v.optional(v.string()),
  tags: v.optional(v.array(v.string())),
  status: v.optional(postStatus),
};

/** Writes a post, as a draft or at once for everybody. */
export const create = mutation({
  args: {
    ...inCommunity,
    title: v.string(),
    body: v.string(),
    tags: v.optional(v.array(v.string())),
    publish: v.optional(v.boolean()),
  },
  handler: async (ctx, { communityId, title, body, tags = [], publish = false }) => {
    const author = await requirePermission(ctx, communityId, "post:create");
    const fields = await checkChange(ctx, communityId, { title, body, tags });
    const now = Date.now();
    const postId = await ctx.db.insert("posts", {
      ...{ communityId, authorId: author._id, authorEmail: author.email },
      ...{ title: fields.title ?? title, body: fields.body ?? body, tags: fields.tags ?? tags },
      ...{ status: publish ? "published" : "draft", ...(publish ? { publishedAt: now } : {}) },
      ...{ likeCount: 0, commentCount: 0, updatedAt: now },
    });
    await record(ctx, author, { action: "post.create", targetId: postId });
    return postId;
  },
});

export const edit = mutation({
  args: { ...onePost, ...changeFields },
  handler: async (ctx, { postId, ...given }) => {
    const { post, member } = await requireWritable(ctx, postId, "post:editAny");
    await change(ctx, post, given);
    await record(ctx, member, { action: "post.edit", targetId: postId });
    return null;
  },
});

export const publish = mutation({
  args: onePost,
  handler: async (ctx, { postId }) => {
    const { post, member } = await requireWritable(ctx, postId, "post:editAny");
    if (post.status === "published") throw new ConvexError("The post is published already");
    await change(ctx, post, { status: "published" });
    await record(ctx, member, { action: "post.publish", targetId: postId });
    return null;
  },
});

export const get = query({
  args: onePost,
  handler: async (ctx, { postId }) => (await requireReadable(ctx, postId)).post,
});

/** What is published, newest first, page by page. */
export const newest = query({
  args: { ...inCommunity, paginationOpts: paginationOptsValidator },
  handler: async (ctx, { communityId, paginationOpts }) => {
    await requireMember(ctx, communityId);
    const page = await openPosts(ctx, communityId).order("desc").paginate(paginationOpts);
    return { ...page, page: await withAuthors(ctx, page.page) };
  },
});

/** The published posts with the most likes; of equals, the newer first. */
export const popular = query({
  args: { ...inCommunity, limit: v.optional(v.number()) },
  handler: async (ctx, { communityId, limit = 10 }) => {
    await requireMember(ctx, communityId);
    const posts = await ctx.db
      .query("posts")
      .withIndex("by_popularity", (q) =>
        q.eq("communityId", communityId).eq("deletedAt", undefined).eq("status", "published"),
      )
      .order("desc")
      .take(limit);
    return await withAuthors(ctx, posts);
  },
});

const dayMs = 24 * 60 * 60 * 1000;
const daysByRange = { day: 1, week: 7, month: 30, year: 365 } as const;
const rankedMax = 500;

/** What was published in the range and moves people most: a comment counts as much as two likes. Of more
 * than 500 posts, the newest 500 are ranked. */
export const trending = query({
  args: {
    ...inCommunity,
    range: v.union(v.literal("day"), v.literal("week"), v.literal("month"), v.literal("year")),
    limit: v.optional(v.number()),
  },
  handler: async (ctx, { communityId, range, limit = 10 }) => {
    await requireMember(ctx, communityId);
    const since = Date.now() - daysByRange[range] * dayMs;
    const posts = await openPosts(ctx, communityId, since).order("desc").take(rankedMax);
    const score = (post: Doc<"posts">) => post.likeCount + 2 * post.commentCount;
    return await withAuthors(ctx, posts.sort((a, b) => score(b) - score(a)).slice(0, limit));
  },
});

function openPosts(ctx: QueryCtx, communityId: Id<"communities">, since?: number) {
  return ctx.db.query("posts").withIndex("by_published", (q) => {
    const open = q
      .eq("communityId", communityId)
      .eq("deletedAt", undefined)
      .eq("status", "published");
    return since === undefined ? open : open.gte("publishedAt", since);
  });
}

// Each author is read once; one who has left has a name no more.
async function withAuthors(ctx: QueryCtx, posts: Doc<"posts">[]) {
  const names = new Map<Id<"members">, string | null>();
  for (const { authorId } of posts) {
    if (names.has(authorId)) continue;
    names.set(authorId, (await ctx.db.get("members", authorId))?.name ?? null);
  }
  return posts.map((post) => ({ ...post, authorName: names.get(post.authorId) ?? null }));
}

/** A member's posts, newest first: the published ones; one's own with the drafts. */
export const byAuthor = query({
  args: { memberId: v.id("members") },
  handler: async (ctx, { memberId }) => {
    const author = await ctx.db.get("members", memberId);
    if (!author) throw new ConvexError("There is no such member");
    const reader = await requireMember(ctx, author.communityId);
    const posts = await ctx.db
      .query("posts")
      .withIndex("by_author", (q) =>
        q.eq("communityId", author.communityId).eq("authorId", memberId).eq("deletedAt", undefined),
      )
      .order("desc")
      .take(100);
    return posts.filter(({ status }) => reader._id === memberId || status === "published");
  },
});

/** Published posts whose title has the words. */
export const search = query({
  args: { ...inCommunity, text: v.string() },
  handler: async (ctx, { communityId, text }) => {
    await requireMember(ctx, communityId);
    return await ctx.db
      .query("posts")
      .withSearchIndex("search_title", (q) =>
        q
          .search("title", text)
          .eq("communityId", communityId)
          .eq("status", "published")
          .eq("deletedAt", undefined),
      )
      .take(20);
  },
});

/** Moves a post to the bin: nobody sees it but its author and moderators. */
export const remove = mutation({
  args: onePost,
  handler: async (ctx, { postId }) => {
    const { post, member } = await requireWritable(ctx, postId, "post:removeAny");
    if (post.deletedAt !== undefined) throw new ConvexError("The post is in the bin already");
    await ctx.db.patch("posts", postId, { deletedAt: Date.now() });
    await record(ctx, member, { action: "post.remove", targetId: postId });
    return null;
  },
});

/** Brings a post back as it was. */
export const restore = mutation({
  args: onePost,
  handler: async (ctx, { postId }) => {
    const { post, member } = await requireWritable(ctx, postId, "post:removeAny");
    if (post.deletedAt === undefined) throw new ConvexError("The post is not in the bin");
    await ctx.db.patch("posts", postId, { deletedAt: undefined });
    await record(ctx, member, { action: "post.restore", targetId: postId });
    return null;
  },
});

/** What is in the bin, as far as this person may restore it; last thrown away first. */
export const bin = query({
  args: inCommunity,
  handler: async (ctx, { communityId }) => {
    const member = await requireMember(ctx, communityId);
    const posts = await ctx.db
      .query("posts")
      .withIndex("by_published", (q) => q.eq("communityId", communityId).gt("deletedAt", undefined))
      .order("desc")
      .take(100);
    return posts.filter(
      ({ authorEmail }) => member.role !== "member" || authorEmail === member.email,
    );
  },
});

/** Deletes a post of the bin for good, with its comments and likes. */
export const purge = mutation({
  args: onePost,
  handler: async (ctx, { postId }) => {
    const { post } = await requireReadable(ctx, postId);
    const member = await requirePermission(ctx, post.communityId, "post:purge");
    if (post.deletedAt === undefined) throw new ConvexError("Move the post to the bin first");
    const comments = await ctx.db
      .query("comments")
      .withIndex("by_post", (q) => q.eq("postId", postId))
      .collect();
    const likes = await ctx.db
      .query("likes")
      .withIndex("by_post_and_email", (q) => q.eq("postId", postId))
      .collect();
    for (const { _id } of [...comments, ...likes]) await ctx.db.delete(_id);
    await ctx.db.delete("posts", postId);
    const counts = { comments: `${comments.length}`, likes: `${likes.length}` };
    await record(ctx, member, { action: "post.purge", targetId: postId, detail: counts });
    return { comments: comments.length, likes: likes.length };
  },
});

const update = v.object({ ...onePost, ...changeFields });
const updatesMax = 50;

interface BatchResult {
  updated: Id<"posts">[];
  failed: { postId: Id<"posts">; reason: string }[];
}

/** Changes up to 50 posts of one community. One that cannot be changed is left as it was, and the others
 * are changed all the same: each is a transaction within this one. */
export const updateMany = mutation({
  args: { ...inCommunity, updates: v.array(update) },
  handler: async (ctx, { communityId, updates }): Promise<BatchResult> => {
    const member = await requireMember(ctx, communityId);
    if (updates.length > updatesMax) {
      throw new ConvexError(`Change up to ${updatesMax} posts at once, not ${updates.length}`);
    }
    const result: BatchResult = { updated: [], failed: [] };
    for (const one of updates) {
      try {
        await ctx.runMutation(internal.posts.updateOne, { communityId, update: one });
        result.updated.push(one.postId);
      } catch (error) {
        result.failed.push({ postId: one.postId, reason: reasonOf(error) });
      }
    }
    const counts = { updated: `${result.updated.length}`, failed: `${result.failed.length}` };
    await record(ctx, member, {
      action: "posts.updateMany",
      targetId: communityId,
      detail: counts,
    });
    return result;
  },
});

export const updateOne = internalMutation({
  args: { ...inCommunity, update },
  handler: async (ctx, { communityId, update: { postId, ...given } }): Promise<null> => {
    const { post } = await requireWritable(ctx, postId, "post:editAny");
    if (post.communityId !== communityId) throw new ConvexError("There is no such post");
    await change(ctx, post, given);
    return null;
  },
});

// What a function refused is for people; anything else is a defect and fails the whole batch.
function reasonOf(error: unknown): string {
  if (!(error instanceof ConvexError)) throw error;
  const data: unknown = error.data;
  if (typeof data === "string") return data;
  const { message } = data as { message?: unknown };
  return typeof message === "string" ? message : "This post cannot be changed";
}
