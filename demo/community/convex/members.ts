// Members: page by page, by name, their roles, who joins and who leaves.
import { paginationOptsValidator } from "convex/server";
import { ConvexError, v } from "convex/values";
import type { Doc, Id } from "./_generated/dataModel.js";
import { type MutationCtx, mutation, query } from "./_generated/server.js";
import { findMember, requireMember, requirePermission } from "./lib/access.js";
import { record } from "./lib/audit.js";
import { settingsOf } from "./lib/settings.js";
import { cleanEmail, cleanText } from "./lib/text.js";
import { role } from "./validators.js";

/** Members by name, of one role or all, page by page. */
export const list = query({
  args: {
    communityId: v.id("communities"),
    role: v.optional(role),
    paginationOpts: paginationOptsValidator,
  },
  handler: async (ctx, { communityId, role: wanted, paginationOpts }) => {
    await requirePermission(ctx, communityId, "member:view");
    const members = ctx.db.query("members");
    const found =
      wanted === undefined
        ? members.withIndex("by_community_and_name", (q) => q.eq("communityId", communityId))
        : members.withIndex("by_community_and_role", (q) =>
            q.eq("communityId", communityId).eq("role", wanted),
          );
    return await found.paginate(paginationOpts);
  },
});

/** Up to 20 members whose name has the words; the last word may be begun only. */
export const search = query({
  args: { communityId: v.id("communities"), text: v.string() },
  handler: async (ctx, { communityId, text }) => {
    await requirePermission(ctx, communityId, "member:view");
    return await ctx.db
      .query("members")
      .withSearchIndex("search_name", (q) => q.search("name", text).eq("communityId", communityId))
      .take(20);
  },
});

/** Makes a person a member: whoever signs in with this address. */
export const add = mutation({
  args: {
    communityId: v.id("communities"),
    email: v.string(),
    name: v.string(),
    role: v.optional(role),
  },
  handler: async (ctx, { communityId, email: typed, name, role: wanted }) => {
    const actor = await requirePermission(ctx, communityId, "member:manage");
    const email = cleanEmail(typed);
    if (await findMember(ctx, communityId, email)) {
      throw new ConvexError(`${email} is a member already`);
    }
    const community = await ctx.db.get("communities", communityId);
    if (!community) throw new ConvexError("There is no such community");
    const given = wanted ?? settingsOf(community).newMemberRole;
    const memberId = await ctx.db.insert("members", {
      ...{ communityId, email, role: given, joinedAt: Date.now() },
      name: cleanText("A name", name, { max: 80 }),
    });
    await record(ctx, actor, {
      ...{ action: "member.add", targetId: memberId, detail: { role: given } },
    });
    return memberId;
  },
});

export const setRole = mutation({
  args: { memberId: v.id("members"), role },
  handler: async (ctx, { memberId, role: wanted }) => {
    const member = await requireKnown(ctx, memberId);
    const actor = await requirePermission(ctx, member.communityId, "member:manage");
    if (member.role === wanted) return null;
    if (member.role === "admin") await requireAnotherAdmin(ctx, member);
    await ctx.db.patch("members", memberId, { role: wanted });
    await record(ctx, actor, {
      ...{ action: "member.setRole", targetId: memberId },
      detail: { from: member.role, to: wanted },
    });
    return null;
  },
});

/** Ends a membership: one's own, or as an admin anybody's. The person's posts stay. */
export const remove = mutation({
  args: { memberId: v.id("members") },
  handler: async (ctx, { memberId }) => {
    const member = await requireKnown(ctx, memberId);
    let actor = await requireMember(ctx, member.communityId);
    if (actor._id !== memberId) {
      actor = await requirePermission(ctx, member.communityId, "member:manage");
    }
    if (member.role === "admin") await requireAnotherAdmin(ctx, member);
    await record(ctx, actor, { action: "member.remove", targetId: memberId });
    await ctx.db.delete("members", memberId);
    return null;
  },
});

async function requireKnown(ctx: MutationCtx, memberId: Id<"members">): Promise<Doc<"members">> {
  const member = await ctx.db.get("members", memberId);
  if (!member) throw new ConvexError("There is no such member");
  return member;
}

async function requireAnotherAdmin(ctx: MutationCtx, member: Doc<"members">): Promise<void> {
  const admins = await ctx.db
    .query("members")
    .withIndex("by_community_and_role", (q) =>
      q.eq("communityId", member.communityId).eq("role", "admin"),
    )
    .take(2);
  if (admins.length < 2) throw new ConvexError("A community needs at least one admin");
}
