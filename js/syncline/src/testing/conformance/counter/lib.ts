// A component's functions.
import {
  type DataModelFromSchemaDefinition,
  type MutationBuilder,
  mutationGeneric,
  type QueryBuilder,
  queryGeneric,
} from "convex/server";
import { v } from "convex/values";
import type schema from "./schema.ts";

type DataModel = DataModelFromSchemaDefinition<typeof schema>;
const query = queryGeneric as QueryBuilder<DataModel, "public">;
const mutation = mutationGeneric as MutationBuilder<DataModel, "public">;

export const add = mutation({
  args: { name: v.string(), by: v.number() },
  returns: v.number(),
  handler: async (ctx, { name, by }) => {
    const found = await ctx.db
      .query("counters")
      .withIndex("by_name", (q) => q.eq("name", name))
      .unique();
    const value = (found?.value ?? 0) + by;
    const counter = found?._id ?? (await ctx.db.insert("counters", { name, value }));
    await ctx.db.patch(counter, { value });
    await ctx.db.insert("logs", { counter, by });
    if (by < 0) throw new Error("counters only grow");
    return value;
  },
});

export const whoAmI = query({
  args: {},
  handler: async (ctx) => await ctx.auth.getUserIdentity(),
});

export const counters = query({
  args: {},
  handler: async (ctx) => await ctx.db.query("counters").collect(),
});
