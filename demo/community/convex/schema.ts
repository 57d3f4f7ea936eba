// The tables of the community: a community is the tenant, members are its people with a role.
//
// accounts, sessions and signInAttempts are local (rules.ts): secrets and tokens never leave the device.
// Rows carry the address of who wrote them, because rules judge a row by itself and by the token.
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { counter, set, text } from "syncline/values";
import { communitySettings, postStatus, role } from "./validators.js";

const communityId = v.id("communities");

export default defineSchema({
  communities: defineTable({
    name: v.string(),
    slug: v.string(),
    // What somebody has set; the rest is lib/settings.ts's defaults.
    settings: communitySettings,
    createdAt: v.number(),
    updatedAt: v.number(),
  }).index("by_slug", ["slug"]),

  members: defineTable({
    communityId,
    email: v.string(),
    name: v.string(),
    role,
    joinedAt: v.number(),
  })
    .index("by_email", ["email"])
    .index("by_community_and_email", ["communityId", "email"])
    .index("by_community_and_name", ["communityId", "name"])
    .index("by_community_and_role", ["communityId", "role", "name"])
    .searchIndex("search_name", { searchField: "name", filterFields: ["communityId"] }),

  posts: defineTable({
    communityId,
    authorId: v.id("members"),
    authorEmail: v.string(),
    title: v.string(),
    body: v.string(),
    tags: set(v.string()),
    status: postStatus,
    publishedAt: v.optional(v.number()),
    // What two devices add at once counts twice, as it should.
    likeCount: counter(),
    commentCount: counter(),
    // Set while the post is in the bin.
    deletedAt: v.optional(v.number()),
    updatedAt: v.number(),
  })
    .index("by_community", ["communityId"])
    .index("by_author", ["communityId", "authorId", "deletedAt"])
    .index("by_published", ["communityId", "deletedAt", "status", "publishedAt"])
    .index("by_popularity", ["communityId", "deletedAt", "status", "likeCount", "publishedAt"])
    .searchIndex("search_title", {
      searchField: "title",
      filterFields: ["communityId", "status", "deletedAt"],
    }),

  comments: defineTable({
    communityId,
    postId: v.id("posts"),
    authorName: v.string(),
    authorEmail: v.string(),
    text: v.string(),
  })
    .index("by_community", ["communityId"])
    .index("by_post", ["postId"]),

  likes: defineTable({ communityId, postId: v.id("posts"), email: v.string() })
    .index("by_community", ["communityId"])
    .index("by_post_and_email", ["postId", "email"]),

  // What members write together, at the same time.
  notes: defineTable({ communityId, title: v.string(), body: text() }).index("by_community", [
    "communityId",
    "title",
  ]),

  // Where a member's cursor stands in a note. Offsets are UTF-16 units of its body.
  cursors: defineTable({
    communityId,
    noteId: v.id("notes"),
    email: v.string(),
    name: v.string(),
    anchor: v.number(),
    head: v.number(),
    seenAt: v.number(),
  })
    .index("by_community", ["communityId"])
    .index("by_note_and_email", ["noteId", "email"]),

  files: defineTable({
    communityId,
    ownerEmail: v.string(),
    storageId: v.id("_storage"),
    filename: v.string(),
    contentType: v.string(),
    size: v.number(),
    sha256: v.string(),
    description: v.optional(v.string()),
  })
    .index("by_community", ["communityId"])
    .index("by_owner", ["communityId", "ownerEmail"])
    .index("by_storage", ["storageId"]),

  auditLogs: defineTable({
    communityId,
    actorEmail: v.string(),
    action: v.string(),
    targetId: v.string(),
    detail: v.optional(v.record(v.string(), v.string())),
    at: v.number(),
  })
    .index("by_community", ["communityId", "at"])
    .index("by_target", ["communityId", "targetId", "at"]),

  accounts: defineTable({
    email: v.string(),
    name: v.string(),
    salt: v.bytes(),
    passwordHash: v.bytes(),
    iterations: v.number(),
  }).index("by_email", ["email"]),

  sessions: defineTable({
    accountId: v.id("accounts"),
    // SHA-256 of the tokens, in hex: whoever reads the table cannot sign in with it.
    accessHash: v.string(),
    refreshHash: v.string(),
    accessExpiresAt: v.number(),
    expiresAt: v.number(),
    lastUsedAt: v.number(),
    isRevoked: v.boolean(),
  })
    .index("by_account", ["accountId"])
    .index("by_access", ["accessHash"])
    .index("by_refresh", ["refreshHash"]),

  // Hashes that a refresh has replaced. One that comes back was stolen.
  spentTokens: defineTable({ refreshHash: v.string(), sessionId: v.id("sessions") })
    .index("by_refresh", ["refreshHash"])
    .index("by_session", ["sessionId"]),

  signInAttempts: defineTable({ email: v.string(), at: v.number() })
    .index("by_email", ["email", "at"])
    .index("by_at", ["at"]),
});
