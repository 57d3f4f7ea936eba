// What a query can do to the database, and what it is told when it does it wrong.
import {
  mutationGeneric as mutation,
  paginationOptsValidator,
  queryGeneric as query,
} from "convex/server";
import { getConvexSize, v } from "convex/values";

export const page = query({
  args: { group: v.string(), paginationOpts: paginationOptsValidator },
  handler: (ctx, { group, paginationOpts }) =>
    ctx.db
      .query("items")
      .withIndex("by_group", (q) => q.eq("group", group))
      .paginate(paginationOpts),
});

export const twoPages = query({
  args: {},
  handler: async (ctx) => {
    const options = { numItems: 1, cursor: null };
    await ctx.db.query("items").paginate(options);
    return await ctx.db.query("items").paginate(options);
  },
});

// Pages over what it writes itself.
export const pageWhileWriting = mutation({
  args: { group: v.string() },
  handler: async (ctx, { group }) => {
    for (const n of [1, 2, 3]) await ctx.db.insert("items", { group, n });
    const { page } = await ctx.db
      .query("items")
      .withIndex("by_group", (q) => q.eq("group", group))
      .paginate({ numItems: 2, cursor: null });
    return page.map(({ n }) => n);
  },
});

// biome-ignore lint/suspicious/noExplicitAny: misuse, which the types forbid
type Any = any;
const misuses: Record<string, (db: Any, id: string) => unknown> = {
  chained: async (db) => {
    const scan = db.query("items").fullTableScan();
    scan.order("desc");
    return await scan.collect();
  },
  chainedTwice: (db) => {
    const scan = db.query("items").fullTableScan();
    scan.order("desc");
    return scan.order("asc");
  },
  orderedTwice: (db) => db.query("items").order("asc").order("desc").collect(),
  iteratedTwice: async (db) => {
    const scan = db.query("items").fullTableScan();
    scan[Symbol.asyncIterator]();
    return await scan.collect();
  },
  returned: (db) => db.query("items"),
  filtered: (db) => db.query("items").filter((q: Any) => q.eq(q.field("n"), 1)),
  noTable: (db) => db.insert(undefined, {}),
  noValue: (db) => db.insert("items"),
  noId: (db) => db.get(),
  oddId: (db) => db.get(5),
  noPatch: (db, id) => db.patch(id),
  negative: (db) => db.query("items").take(-1),
  noCount: (db) => db.query("items").take(),
  noPage: (db) => db.query("items").paginate(),
  oddPage: (db) => db.query("items").paginate({ numItems: "x" }),
  system: (db) => db.query("_storage").collect(),
  user: (db) => db.system.query("items").collect(),
  systemInsert: (db) => db.insert("_storage", {}),
  notUnique: (db) => db.query("items").unique(),
  noIndex: (db) => db.query("items").withIndex("by_what").collect(),
  wrongBound: (db) =>
    db
      .query("items")
      .withIndex("by_group", (q: Any) => q.eq("n", 1))
      .collect(),
  usedBuilder: (db) =>
    db
      .query("items")
      .withIndex("by_group", (q: Any) => {
        q.eq("group", "a");
        return q.eq("group", "b");
      })
      .collect(),
  wrongTable: (db, id) => db.get("anything", id),
  undefinedValue: (db) => db.insert("anything", { list: [undefined] }),
  classInstance: (db) => db.insert("anything", { when: new Date(0) }),
  missing: async (db, id) => {
    await db.delete(id);
    await db.delete(id);
  },
};

export const misuse = mutation({
  args: { how: v.string() },
  handler: async (ctx, { how }) => {
    const id = await ctx.db.insert("items", { group: "misuse", n: 1 });
    await ctx.db.insert("items", { group: "misuse", n: 2 });
    return await misuses[how]?.(ctx.db, id);
  },
});

export const hangs = query({ args: {}, handler: () => new Promise<null>(() => {}) });

export const stamped = mutation({
  args: {},
  handler: async (ctx) => {
    // biome-ignore lint/suspicious/noExplicitAny: newer than the types
    const { commitTs } = (ctx.db as any).vars;
    const id = await ctx.db.insert("anything", { at: commitTs, list: [commitTs] });
    const row = await ctx.db.get(id);
    await ctx.db.delete(id);
    return {
      size: getConvexSize(commitTs),
      same: row?.["at"] === row?.["list"][0],
      at: row?.["at"],
    };
  },
});

// Every form of every operation.
export const forms = mutation({
  args: {},
  handler: async (ctx) => {
    // biome-ignore lint/suspicious/noExplicitAny: forms that older types do not have
    const db = ctx.db as any;
    const one = await db.insert("anything", {
      a: 1,
      big: 5n,
      bytes: new Uint8Array([1, 2]).buffer,
    });
    const two = await db.table("anything").insert({ a: 2, minus: -0, none: Number.NaN });
    await db.patch(one, { a: undefined, b: { c: [null, true] } });
    await db.patch("anything", two, { minus: 1 });
    await db.table("anything").patch(two, { more: "x" });
    const patched = [await db.get(one), await db.get("anything", two)];
    await db.replace(one, { a: 3 });
    await db.replace("anything", two, { a: 4 });
    const replaced = await db.query("anything").order("desc").collect();
    const spread = { ...db };
    const counts = [await db.query("anything").count(), await spread.query("anything").count()];
    await db.delete(one);
    await db.delete("anything", two);
    const rest = await db.query("anything").collect();
    const without = (document: Record<string, unknown>): Record<string, unknown> => {
      const { _id, _creationTime, ...fields } = document;
      return fields;
    };
    return {
      patched: patched.map(without),
      replaced: replaced.map(without),
      counts,
      rest,
      normal: [db.normalizeId("anything", one) === one, db.normalizeId("items", one)],
      system: await db.system.query("_scheduled_functions").collect(),
    };
  },
});
