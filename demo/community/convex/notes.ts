// Notes: texts that members write together, and where everybody's cursor stands.
import { ConvexError, v } from "convex/values";
import { applyTextChanges, textChangeValidator, textVersionValidator } from "syncline/text";
import type { Doc, Id } from "./_generated/dataModel.js";
import { mutation, type QueryCtx, query } from "./_generated/server.js";
import { requireMember } from "./lib/access.js";
import { cleanText } from "./lib/text.js";

const inCommunity = { communityId: v.id("communities") };
const oneNote = { noteId: v.id("notes") };
const noteLengthMax = 100_000;

async function requireNote(ctx: QueryCtx, noteId: Id<"notes">) {
  const note = await ctx.db.get("notes", noteId);
  if (!note) throw new ConvexError("There is no such note");
  return { note, member: await requireMember(ctx, note.communityId) };
}

/** The community's notes by title, without their texts. */
export const list = query({
  args: inCommunity,
  handler: async (ctx, { communityId }) => {
    await requireMember(ctx, communityId);
    const notes = await ctx.db
      .query("notes")
      .withIndex("by_community", (q) => q.eq("communityId", communityId))
      .take(100);
    return notes.map(({ _id, title }) => ({ _id, title }));
  },
});

/** A note's text; null if it is gone. */
export const body = query({
  args: oneNote,
  handler: async (ctx, { noteId }) => {
    const note = await ctx.db.get("notes", noteId);
    if (!note) return null;
    await requireMember(ctx, note.communityId);
    return note.body;
  },
});

export const create = mutation({
  args: { ...inCommunity, title: v.string() },
  handler: async (ctx, { communityId, title: typed }) => {
    await requireMember(ctx, communityId);
    const title = cleanText("A title", typed, { max: 120 });
    return await ctx.db.insert("notes", { communityId, title, body: "" });
  },
});

/** Changes the text; false if it is not the one that the changes were made to. */
export const write = mutation({
  args: { ...oneNote, changes: v.array(textChangeValidator), madeTo: textVersionValidator },
  handler: async (ctx, { noteId, changes, madeTo }) => {
    const { note } = await requireNote(ctx, noteId);
    const text = applyTextChanges(note.body, changes, madeTo);
    if (text === null) return false;
    if (text.length > noteLengthMax) {
      throw new ConvexError(`A note can have up to ${noteLengthMax} characters`);
    }
    await ctx.db.patch("notes", noteId, { body: text });
    return true;
  },
});

export const remove = mutation({
  args: oneNote,
  handler: async (ctx, { noteId }) => {
    await requireNote(ctx, noteId);
    for (const { _id } of await cursorsOf(ctx, noteId)) await ctx.db.delete("cursors", _id);
    await ctx.db.delete("notes", noteId);
    return null;
  },
});

async function cursorsOf(ctx: QueryCtx, noteId: Id<"notes">): Promise<Doc<"cursors">[]> {
  return await ctx.db
    .query("cursors")
    .withIndex("by_note_and_email", (q) => q.eq("noteId", noteId))
    .take(100);
}

/** Where the others stand. Who has not moved for long is told too: seenAt says since when. */
export const cursors = query({
  args: oneNote,
  handler: async (ctx, { noteId }) => {
    const note = await ctx.db.get("notes", noteId);
    if (!note) return [];
    const { email: own } = await requireMember(ctx, note.communityId);
    const all = await cursorsOf(ctx, noteId);
    return all.filter(({ email }) => email !== own);
  },
});

/** Says where one's own cursor stands; null: nowhere. Two devices of one person may each have made a row before they
 * heard of the other's: one is kept. */
export const setCursor = mutation({
  args: { ...oneNote, at: v.union(v.object({ anchor: v.number(), head: v.number() }), v.null()) },
  handler: async (ctx, { noteId, at }) => {
    const { note, member } = await requireNote(ctx, noteId);
    const { email, name } = member;
    const own = await ctx.db
      .query("cursors")
      .withIndex("by_note_and_email", (q) => q.eq("noteId", noteId).eq("email", email))
      .collect();
    const [known, ...others] = own;
    for (const { _id } of at === null ? own : others) await ctx.db.delete("cursors", _id);
    if (at === null) return null;
    if (known) {
      await ctx.db.patch("cursors", known._id, { ...at, seenAt: Date.now() });
    } else {
      const { communityId } = note;
      const seenAt = Date.now();
      await ctx.db.insert("cursors", { communityId, noteId, email, name, ...at, seenAt });
    }
    return null;
  },
});
