// The functions of the suite "merge": rows of ten cells, and texts.
import { v } from "convex/values";
import { mutation, query } from "./_generated/server.js";
import { cellsOf } from "./cells.js";

const part = { space: v.id("spaces"), first: v.number(), count: v.number() };

export const fill = mutation({
  args: part,
  returns: v.null(),
  handler: async (ctx, { space, first, count }) => {
    for (let row = first; row < first + count; ++row) {
      await ctx.db.insert("rows", { space, row, ...cellsOf(row, 0) });
    }
    return null;
  },
});

/** Writes all ten cells of each of the rows. */
export const setCells = mutation({
  args: { ...part, round: v.number() },
  returns: v.null(),
  handler: async (ctx, { space, first, count, round }) => {
    const rows = await ctx.db
      .query("rows")
      .withIndex("by_row", (q) =>
        q
          .eq("space", space)
          .gte("row", first)
          .lt("row", first + count),
      )
      .collect();
    for (const { _id, row } of rows) await ctx.db.patch(_id, cellsOf(row, round));
    return null;
  },
});

/** Writes one cell. */
export const setCell = mutation({
  args: { space: v.id("spaces"), row: v.number(), value: v.number() },
  returns: v.null(),
  handler: async (ctx, { space, row, value }) => {
    const found = await ctx.db
      .query("rows")
      .withIndex("by_row", (q) => q.eq("space", space).eq("row", row))
      .unique();
    if (!found) throw new Error(`there is no row ${row}`);
    await ctx.db.patch(found._id, { cell0: value });
    return null;
  },
});

/** The first cell of a row. */
export const cell = query({
  args: { space: v.id("spaces"), row: v.number() },
  returns: v.union(v.number(), v.null()),
  handler: async (ctx, { space, row }) => {
    const found = await ctx.db
      .query("rows")
      .withIndex("by_row", (q) => q.eq("space", space).eq("row", row))
      .unique();
    return found?.cell0 ?? null;
  },
});

/** How many rows there are from `first` on, at most `count`, and the sum of their cells. */
export const sum = query({
  args: part,
  returns: v.object({ rows: v.number(), sum: v.number() }),
  handler: async (ctx, { space, first, count }) => {
    const rows = await ctx.db
      .query("rows")
      .withIndex("by_row", (q) =>
        q
          .eq("space", space)
          .gte("row", first)
          .lt("row", first + count),
      )
      .collect();
    let sum = 0;
    for (const { _id, _creationTime, space: _space, row: _row, ...cells } of rows) {
      for (const value of Object.values(cells)) sum += value;
    }
    return { rows: rows.length, sum };
  },
});

export const addText = mutation({
  args: { space: v.id("spaces"), body: v.string() },
  returns: v.id("texts"),
  handler: async (ctx, text) => await ctx.db.insert("texts", text),
});

/** One edit: `removed` characters (UTF-16 units) at `at` become `inserted`. */
export const editText = mutation({
  args: { id: v.id("texts"), at: v.number(), removed: v.number(), inserted: v.string() },
  returns: v.null(),
  handler: async (ctx, { id, at, removed, inserted }) => {
    const body = (await ctx.db.get(id))?.body ?? "";
    await ctx.db.patch(id, { body: body.slice(0, at) + inserted + body.slice(at + removed) });
    return null;
  },
});

export const text = query({
  args: { id: v.id("texts") },
  returns: v.string(),
  handler: async (ctx, { id }) => (await ctx.db.get(id))?.body ?? "",
});
