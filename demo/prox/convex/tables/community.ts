// Where people talk: spaces with posts, comments and reactions, and groups.
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { ofOrganization, oneOf } from "../validators.js";

export const communityTables = {
  spaces: defineTable({
    ...ofOrganization,
    name: v.string(),
    slug: v.string(),
    description: v.string(),
    type: oneOf("general", "course", "study_group"),
    isPublic: v.boolean(),
    createdBy: v.id("user"),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_slug", ["organizationId", "slug"]),

  posts: defineTable({
    ...ofOrganization,
    spaceId: v.id("spaces"),
    authorId: v.id("user"),
    title: v.optional(v.string()),
    content: v.string(),
    mediaUrls: v.optional(v.array(v.string())),
    isPinned: v.boolean(),
    reactionCount: v.number(),
    commentCount: v.number(),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_space", ["organizationId", "spaceId"])
    .index("by_author", ["organizationId", "authorId"]),

  comments: defineTable({
    ...ofOrganization,
    postId: v.id("posts"),
    // The comment that this one answers.
    parentId: v.optional(v.id("comments")),
    authorId: v.id("user"),
    content: v.string(),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_post", ["organizationId", "postId"])
    .index("by_parent", ["parentId"]),

  reactions: defineTable({
    ...ofOrganization,
    postId: v.id("posts"),
    userId: v.id("user"),
    type: oneOf("like", "love", "fire", "clap"),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_post", ["organizationId", "postId"])
    .index("by_user_post", ["userId", "postId"]),

  groups: defineTable({
    ...ofOrganization,
    name: v.string(),
    description: v.string(),
    // Where the group talks.
    spaceId: v.optional(v.id("spaces")),
    createdBy: v.id("user"),
    isPublic: v.boolean(),
    maxMembers: v.optional(v.number()),
    createdAt: v.number(),
  }).index("by_organization", ["organizationId"]),

  groupMembers: defineTable({
    ...ofOrganization,
    groupId: v.id("groups"),
    userId: v.id("user"),
    role: oneOf("owner", "member"),
    joinedAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_group", ["organizationId", "groupId"])
    .index("by_user", ["organizationId", "userId"]),
};
