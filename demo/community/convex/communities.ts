// Communities: founding one, its settings, and its end.
import { ConvexError, v } from "convex/values";
import type { Doc, Id } from "./_generated/dataModel.js";
import { type MutationCtx, mutation, type QueryCtx, query } from "./_generated/server.js";
import { requireAuth, requireMember, requirePermission } from "./lib/access.js";
import { record } from "./lib/audit.js";
import { settingsOf } from "./lib/settings.js";
import { cleanText, slugOf } from "./lib/text.js";
import { communitySettings } from "./validators.js";

/** The communities of the signed-in person with their own row in each, by name. */
export const listMine = query({
  args: {},
  handler: async (ctx) => {
    const { email } = await requireAuth(ctx);
    const memberships = await ctx.db
      .query("members")
      .withIndex("by_email", (q) => q.eq("email", email))
      .collect();
    const found = [];
    for (const member of memberships) {
      const community = await ctx.db.get("communities", member.communityId);
      if (community) found.push({ community, member });
    }
    return found.sort((a, b) => a.community.name.localeCompare(b.community.name));
  },
});

/** Founds a community; whoever does it becomes its admin, in the same change set. */
export const create = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name: typed }) => {
    const identity = await requireAuth(ctx);
    const now = Date.now();
    const name = cleanText("A name", typed, { min: 2, max: 100 });
    const communityId = await ctx.db.insert("communities", {
      ...{ name, slug: slugOf(name), settings: {}, createdAt: now, updatedAt: now },
    });
    await ctx.db.insert("members", {
      communityId,
      email: identity.email,
      name: identity.name ?? identity.email,
      role: "admin",
      joinedAt: now,
    });
    const actor = { communityId, email: identity.email };
    await record(ctx, actor, { action: "community.create", targetId: communityId });
    return communityId;
  },
});

/** The name and the settings, with the defaults where nobody has set any. */
export const getSettings = query({
  args: { communityId: v.id("communities") },
  handler: async (ctx, { communityId }) => {
    await requireMember(ctx, communityId);
    const community = await requireCommunity(ctx, communityId);
    return { name: community.name, ...settingsOf(community) };
  },
});

/** Changes the settings that are given, and puts those of `reset` back to their defaults. */
export const setSettings = mutation({
  args: {
    communityId: v.id("communities"),
    name: v.optional(v.string()),
    settings: communitySettings,
    reset: v.optional(
      v.array(
        v.union(
          v.literal("description"),
          v.literal("allowComments"),
          v.literal("postLengthMax"),
          v.literal("newMemberRole"),
        ),
      ),
    ),
  },
  handler: async (ctx, { communityId, name: typed, settings, reset = [] }) => {
    const actor = await requirePermission(ctx, communityId, "community:edit");
    const community = await requireCommunity(ctx, communityId);
    const next: Doc<"communities">["settings"] = { ...community.settings, ...settings };
    for (const name of reset) delete next[name];
    if (next.description !== undefined) {
      next.description = cleanText("A description", next.description, { min: 0, max: 1000 });
    }
    const { postLengthMax = 1 } = next;
    if (!Number.isInteger(postLengthMax) || postLengthMax < 1 || postLengthMax > 100_000) {
      throw new ConvexError("A post's length must be 1 to 100000 characters");
    }
    const name =
      typed === undefined ? community.name : cleanText("A name", typed, { min: 2, max: 100 });
    await ctx.db.patch("communities", communityId, {
      ...{ name, slug: slugOf(name), settings: next, updatedAt: Date.now() },
    });
    const changed = [...Object.keys(settings), ...reset, ...(typed === undefined ? [] : ["name"])];
    await record(ctx, actor, {
      ...{ action: "community.set", targetId: communityId, detail: { changed: changed.join(" ") } },
    });
    return null;
  },
});

const rowsMax = 10_000;

/** Deletes the community with everything in it, for everybody. */
export const remove = mutation({
  args: { communityId: v.id("communities") },
  handler: async (ctx, { communityId }) => {
    await requirePermission(ctx, communityId, "community:delete");
    let left = rowsMax;
    for (const table of ["likes", "comments", "files", "posts", "auditLogs"] as const) {
      const rows = await ctx.db
        .query(table)
        .withIndex("by_community", (q) => q.eq("communityId", communityId))
        .take(left + 1);
      left -= rows.length;
      if (left < 0) throw new ConvexError(`A community of over ${rowsMax} rows is emptied first`);
      for (const { _id } of rows) await ctx.db.delete(_id);
    }
    // Memberships last: until then they say who may.
    await removeMembers(ctx, communityId);
    await ctx.db.delete("communities", communityId);
    return null;
  },
});

async function removeMembers(ctx: MutationCtx, communityId: Id<"communities">): Promise<void> {
  const members = await ctx.db
    .query("members")
    .withIndex("by_community_and_email", (q) => q.eq("communityId", communityId))
    .collect();
  for (const { _id } of members) await ctx.db.delete("members", _id);
}

async function requireCommunity(
  ctx: QueryCtx,
  communityId: Id<"communities">,
): Promise<Doc<"communities">> {
  const community = await ctx.db.get("communities", communityId);
  if (!community) throw new ConvexError("There is no such community");
  return community;
}
