// Functions that tests call: ordinary ones, failing ones, careless ones.
import {
  actionGeneric,
  internalMutationGeneric,
  makeFunctionReference,
  mutationGeneric as mutation,
  queryGeneric as query,
} from "convex/server";
import { ConvexError, v } from "convex/values";

export const found = mutation({
  args: { name: v.string(), email: v.string(), role: v.optional(v.string()) },
  handler: async (ctx, { name, email, role }) => {
    const team = await ctx.db.insert("teams", { name });
    await ctx.db.insert("members", { team, email, role: role ?? "admin" });
    return team;
  },
});

export const foundLater = mutation({
  args: { name: v.string(), email: v.string() },
  handler: (ctx, args) =>
    ctx.scheduler.runAfter(0, makeFunctionReference<"mutation">("notes:found"), args),
});

export const add = mutation({
  args: { team: v.id("teams"), text: v.string(), rank: v.number() },
  returns: v.id("notes"),
  handler: async (ctx, args) => await ctx.db.insert("notes", args),
});

export const edit = mutation({
  args: { id: v.id("notes"), text: v.optional(v.string()), done: v.optional(v.boolean()) },
  handler: async (ctx, { id, text, done }) => {
    await ctx.db.patch(id, { ...(text === undefined ? {} : { text }), done });
  },
});

export const remove = mutation({
  args: { id: v.id("notes") },
  handler: async (ctx, { id }) => await ctx.db.delete(id),
});

export const list = query({
  args: { team: v.id("teams"), limit: v.optional(v.number()) },
  handler: async (ctx, { team, limit }) => {
    const notes = ctx.db.query("notes").withIndex("by_rank", (q) => q.eq("team", team));
    return limit === undefined ? await notes.collect() : await notes.take(limit);
  },
});

export const first = query({
  args: { team: v.id("teams") },
  handler: async (ctx, { team }) =>
    await ctx.db
      .query("notes")
      .withIndex("by_rank", (q) => q.eq("team", team))
      .first(),
});

export const get = query({
  args: { id: v.string() },
  handler: async (ctx, { id }) => {
    const normal = ctx.db.normalizeId("notes", id);
    return normal === null ? null : await ctx.db.get(normal);
  },
});

export const teams = query({
  args: {},
  handler: async (ctx) => await ctx.db.query("teams").collect(),
});

export const whoAmI = query({ args: {}, handler: (ctx) => ctx.auth.getUserIdentity() });

// Inserts while it walks: it must see what it wrote.
export const double = mutation({
  args: { team: v.id("teams"), upTo: v.number() },
  handler: async (ctx, { team, upTo }) => {
    const seen: number[] = [];
    const notes = ctx.db.query("notes").withIndex("by_rank", (q) => q.eq("team", team));
    for await (const note of notes) {
      seen.push(note.rank);
      if (note.rank + 1 < upTo) {
        await ctx.db.insert("notes", { team, text: "doubled", rank: note.rank + 1 });
      }
      if (seen.length > 100) throw new Error("it does not end");
    }
    return seen;
  },
});

export const clock = query({
  args: {},
  handler: async (ctx) => {
    const before = Date.now();
    await ctx.db.query("teams").collect();
    return {
      // biome-ignore lint/complexity/useDateNow: the constructor stands still as well
      stands: before === Date.now() && new Date().getTime() === before,
      isDate: new Date() instanceof Date,
      random: Math.random(),
      id: crypto.randomUUID(),
      max: Math.max(1, 2),
    };
  },
});

export const fails = query({
  args: { how: v.string() },
  handler: async (ctx, { how }) => {
    if (how === "error") throw new Error("no luck");
    if (how === "convex") throw new ConvexError({ code: 7, why: "rules" });
    if (how === "fetch") await fetch("https://example.org");
    if (how === "timer") setTimeout(() => {}, 1);
    if (how === "hang") await new Promise(() => {});
    if (how === "query") return ctx.db.query("teams");
    return null;
  },
});

export const failsToWrite = mutation({
  args: { team: v.id("teams") },
  handler: async (ctx, { team }) => {
    await ctx.db.insert("notes", { team, text: "gone", rank: 1 });
    throw new ConvexError("changed my mind");
  },
});

export const wrongDocument = mutation({
  args: { team: v.id("teams") },
  handler: async (ctx, { team }) => {
    await ctx.db.insert("notes", { team, text: 5, rank: "no" });
  },
});

export const wrongResult = query({ args: {}, returns: v.string(), handler: () => 5 as never });

export const nested = query({
  args: {},
  handler: async (ctx) => await ctx.runQuery("notes:teams" as never),
});

// Leaves work behind that it did not await.
export const careless = mutation({
  args: { team: v.id("teams") },
  handler: async (ctx, { team }) => {
    void (async () => {
      for (let turn = 0; turn < 50; ++turn) await Promise.resolve();
      await ctx.db.insert("notes", { team, text: "stray", rank: 0 });
    })().catch(() => {});
    return null;
  },
});

export const hidden = internalMutationGeneric({ args: {}, handler: () => null });

export const act = actionGeneric({
  args: { ms: v.number() },
  handler: async (_, { ms }) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return ms;
  },
});

export const failsToAct = actionGeneric({
  args: {},
  handler: () => {
    throw new Error("no luck in an action");
  },
});

export const addMember = mutation({
  args: { team: v.id("teams"), email: v.string(), role: v.string() },
  handler: async (ctx, args) => await ctx.db.insert("members", args),
});
