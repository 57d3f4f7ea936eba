// Files: the bytes in Convex's storage, and a record of each with its owner, its limits and its community.
//
// Storage is this device's own: it works on a device alone. While the application has a relay, its calls
// fail at once and say that files do not travel yet.
import { ConvexError, v } from "convex/values";
import { mutation, query } from "./_generated/server.js";
import { requireOwnerOr, requirePermission } from "./lib/access.js";
import { record } from "./lib/audit.js";
import { cleanText } from "./lib/text.js";

const sizeMax = 5_000_000;
const ownedMax = 20_000_000;
const contentTypes = ["image/png", "image/jpeg", "image/webp", "application/pdf", "text/plain"];

/** Where to send a file's bytes. */
export const generateUploadUrl = mutation({
  args: { communityId: v.id("communities") },
  handler: async (ctx, { communityId }) => {
    await requirePermission(ctx, communityId, "file:create");
    return await ctx.storage.generateUploadUrl();
  },
});

/** Puts an uploaded file on record. Its size and type are those of the bytes that arrived, whatever the
 * caller believes; a file that is too large or of another kind is refused, and `discard` removes it. */
export const save = mutation({
  args: {
    communityId: v.id("communities"),
    storageId: v.id("_storage"),
    filename: v.string(),
    description: v.optional(v.string()),
  },
  handler: async (ctx, { communityId, storageId, filename, description }) => {
    const owner = await requirePermission(ctx, communityId, "file:create");
    const stored = await ctx.db.system.get("_storage", storageId);
    if (!stored) throw new ConvexError("The file has not arrived");
    const { size, sha256, contentType = "application/octet-stream" } = stored;
    if (size > sizeMax)
      throw new ConvexError(`A file can have up to ${sizeMax} bytes, not ${size}`);
    if (!contentTypes.includes(contentType)) {
      throw new ConvexError(`${contentType} is not taken; take one of ${contentTypes.join(", ")}`);
    }
    const known = await ctx.db
      .query("files")
      .withIndex("by_storage", (q) => q.eq("storageId", storageId))
      .first();
    if (known) throw new ConvexError("The file is on record already");
    const owned = await ctx.db
      .query("files")
      .withIndex("by_owner", (q) => q.eq("communityId", communityId).eq("ownerEmail", owner.email))
      .collect();
    if (owned.reduce((sum, file) => sum + file.size, size) > ownedMax) {
      throw new ConvexError(`Your files can have up to ${ownedMax} bytes together`);
    }
    const fileId = await ctx.db.insert("files", {
      ...{ communityId, ownerEmail: owner.email, storageId, contentType, size, sha256 },
      filename: cleanText("A file's name", filename, { max: 200 }),
      ...(description === undefined
        ? {}
        : { description: cleanText("A description", description, { min: 0, max: 500 }) }),
    });
    await record(ctx, owner, { action: "file.save", targetId: fileId });
    return fileId;
  },
});

/** Removes an uploaded file that is not on record. */
export const discard = mutation({
  args: { communityId: v.id("communities"), storageId: v.id("_storage") },
  handler: async (ctx, { communityId, storageId }) => {
    await requirePermission(ctx, communityId, "file:create");
    const known = await ctx.db
      .query("files")
      .withIndex("by_storage", (q) => q.eq("storageId", storageId))
      .first();
    if (known) throw new ConvexError("The file is on record; remove it there");
    await ctx.storage.delete(storageId);
    return null;
  },
});

/** The community's files, newest first, with an address where the bytes are on this device. */
export const list = query({
  args: { communityId: v.id("communities") },
  handler: async (ctx, { communityId }) => {
    await requirePermission(ctx, communityId, "member:view");
    const files = await ctx.db
      .query("files")
      .withIndex("by_community", (q) => q.eq("communityId", communityId))
      .order("desc")
      .take(100);
    return await Promise.all(
      files.map(async (file) => ({ ...file, url: await ctx.storage.getUrl(file.storageId) })),
    );
  },
});

/** Deletes the record and the bytes together. */
export const remove = mutation({
  args: { fileId: v.id("files") },
  handler: async (ctx, { fileId }) => {
    const file = await ctx.db.get("files", fileId);
    if (!file) throw new ConvexError("There is no such file");
    const member = await requireOwnerOr(ctx, file, "file:removeAny");
    await ctx.storage.delete(file.storageId);
    await ctx.db.delete("files", fileId);
    await record(ctx, member, { action: "file.remove", targetId: fileId });
    return null;
  },
});
