// Queries, mutations and actions of every kind that the suite calls.
import {
  actionGeneric as action,
  createFunctionHandle,
  type DataModelFromSchemaDefinition,
  internalMutationGeneric as internalMutation,
  internalQueryGeneric as internalQuery,
  type MutationBuilder,
  mutationGeneric,
  paginationOptsValidator,
  type QueryBuilder,
  queryGeneric,
} from "convex/server";
import { ConvexError, type GenericId, v } from "convex/values";
import { api, components, internal } from "./_generated/api.ts";
import type schema from "./schema.ts";

type DataModel = DataModelFromSchemaDefinition<typeof schema>;
type Id = GenericId<"_scheduled_functions">;
const query = queryGeneric as QueryBuilder<DataModel, "public">;
const mutation = mutationGeneric as MutationBuilder<DataModel, "public">;

export const send = mutation({
  args: { body: v.string(), author: v.string() },
  returns: v.id("messages"),
  handler: async (ctx, args) => await ctx.db.insert("messages", args),
});

export const list = query({
  args: {},
  handler: async (ctx) => await ctx.db.query("messages").collect(),
});

export const byAuthor = query({
  args: { author: v.string() },
  handler: async (ctx, { author }) =>
    await ctx.db
      .query("messages")
      .withIndex("by_author", (q) => q.eq("author", author))
      .order("desc")
      .collect(),
});

export const search = query({
  args: { body: v.string(), author: v.string() },
  handler: async (ctx, { body, author }) =>
    await ctx.db
      .query("messages")
      .withSearchIndex("by_body", (q) => q.search("body", body).eq("author", author))
      .collect(),
});

export const page = query({
  args: { paginationOpts: paginationOptsValidator },
  handler: async (ctx, { paginationOpts }) =>
    await ctx.db.query("messages").order("asc").paginate(paginationOpts),
});

export const hidden = internalQuery({ args: {}, handler: async () => "for functions only" });

export const whoAmI = query({
  args: {},
  handler: async (ctx) => await ctx.auth.getUserIdentity(),
});

export const request = mutation({
  args: {},
  handler: async (ctx) => await ctx.meta.getRequestMetadata(),
});

export const fails = mutation({
  args: { how: v.string() },
  handler: async (ctx, { how }) => {
    await ctx.db.insert("messages", { body: "gone", author: "nobody" });
    if (how === "convex") throw new ConvexError({ code: 7, why: "rules" });
    if (how === "fetch") await fetch("https://example.org");
    if (how === "timer") setTimeout(() => {}, 1);
    throw new Error("no luck");
  },
});

export const wrongResult = query({
  args: {},
  returns: v.null(),
  handler: async () => "no null" as never,
});

// One of two sub-transactions fails and leaves no trace.
export const halfway = mutation({
  args: {},
  handler: async (ctx): Promise<unknown> => {
    await ctx.runMutation(api.messages.send, { body: "kept", author: "a" });
    await ctx.runMutation(api.messages.fails, { how: "error" }).catch(() => {});
    return await ctx.runQuery(api.messages.list);
  },
});

export const sendTwice = action({
  args: { body: v.string() },
  handler: async (ctx, { body }): Promise<number> => {
    await Promise.all(
      ["x", "y"].map((author) => ctx.runMutation(api.messages.send, { body, author })),
    );
    return (await ctx.runQuery(api.messages.list)).length;
  },
});

export const fetching = action({
  args: { url: v.string() },
  handler: async (_, { url }) => await (await fetch(url)).text(),
});

export const actionOfAction = action({
  args: {},
  handler: async (ctx): Promise<{ sent: number; who: string | null }> => {
    const sent = await ctx.runAction(api.messages.sendTwice, { body: "deep" });
    return { sent, who: (await ctx.auth.getUserIdentity())?.name ?? null };
  },
});

export const byHandle = mutation({
  args: { body: v.string() },
  handler: async (ctx, { body }): Promise<string> => {
    const handle = await createFunctionHandle(api.messages.send);
    return await ctx.runMutation(handle, { body, author: handle.slice(0, 11) });
  },
});

export const dice = mutation({
  args: {},
  handler: async () => ({ random: Math.random(), now: Date.now() }),
});

// --- scheduling ---

export const remind = mutation({
  args: { body: v.string(), delayMs: v.number() },
  handler: async (ctx, { body, delayMs }): Promise<Id> =>
    await ctx.scheduler.runAfter(delayMs, internal.messages.arrive, { body }),
});

export const arrive = internalMutation({
  args: { body: v.string() },
  handler: async (ctx, { body }) => {
    if (body === "bad") throw new Error("bad reminder");
    const who = await ctx.auth.getUserIdentity();
    await ctx.db.insert("messages", { body, author: who === null ? "clock" : "somebody" });
  },
});

export const countdown = mutation({
  args: { from: v.number() },
  handler: async (ctx, { from }) => {
    await ctx.db.insert("messages", { body: `${from}`, author: "countdown" });
    if (from > 0) {
      await ctx.scheduler.runAfter(1000, api.messages.countdown, { from: from - 1 });
    }
  },
});

export const remindFromAction = action({
  args: { body: v.string() },
  handler: async (ctx, { body }): Promise<Id> =>
    await ctx.scheduler.runAfter(0, internal.messages.arrive, { body }),
});

export const cancel = mutation({
  args: { job: v.id("_scheduled_functions") },
  handler: async (ctx, { job }) => await ctx.scheduler.cancel(job),
});

// --- files ---

export const keep = action({
  args: { text: v.string() },
  handler: async (ctx, { text }) =>
    await ctx.storage.store(new Blob([text], { type: "text/plain" })),
});

export const read = action({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => (await (await ctx.storage.get(id))?.text()) ?? null,
});

export const fileOf = query({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => {
    const file = await ctx.db.system.get(id);
    return { size: file?.size ?? null, url: (await ctx.storage.getUrl(id)) !== null };
  },
});

export const drop = mutation({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => await ctx.storage.delete(id),
});

// --- vectors ---

export const similar = action({
  args: { vector: v.array(v.float64()), cuisine: v.string() },
  handler: async (ctx, { vector, cuisine }) =>
    await ctx.vectorSearch("foods", "by_vector", {
      vector,
      limit: 2,
      filter: (q) => q.eq("cuisine", cuisine),
    }),
});

// --- components ---

export const addTo = mutation({
  args: { name: v.string(), by: v.number() },
  handler: async (ctx, { name, by }): Promise<unknown> =>
    await ctx.runMutation(components.counter.lib.add, { name, by }),
});

export const whoInside = query({
  args: {},
  handler: async (ctx): Promise<unknown> => await ctx.runQuery(components.counter.lib.whoAmI, {}),
});
