// Validators that the tables and the functions share.
import { v } from "convex/values";

export const role = v.union(v.literal("admin"), v.literal("moderator"), v.literal("member"));

export const postStatus = v.union(
  v.literal("draft"),
  v.literal("published"),
  v.literal("archived"),
);

export const communitySettings = v.object({
  description: v.optional(v.string()),
  allowComments: v.optional(v.boolean()),
  postLengthMax: v.optional(v.number()),
  newMemberRole: v.optional(v.union(v.literal("moderator"), v.literal("member"))),
});
