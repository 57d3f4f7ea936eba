// migrations: a field for every row, in batches.
import { type MigrationFunctionReference, Migrations } from "@convex-dev/migrations";
import { v } from "convex/values";
import { components, internal } from "./_generated/api.ts";
import { type DataModel, mutation, query } from "./_generated/server.ts";

const migrations = new Migrations<DataModel>(components.migrations);

export const activate = migrations.define({
  table: "people",
  batchSize: 10,
  migrateOne: (_, person) => (person.isActive === undefined ? { isActive: true } : undefined),
});
export const run = migrations.runner();

export const add = mutation({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    for (let i = 0; i < count; ++i) await ctx.db.insert("people", { name: `person ${i}` });
  },
});

export const start = mutation({
  args: {},
  handler: async (ctx): Promise<string> =>
    (await migrations.runOne(ctx, internal.people.activate as MigrationFunctionReference)).state,
});

export const progress = query({
  args: {},
  handler: async (ctx) => {
    const [status] = await migrations.getStatus(ctx, { limit: 1 });
    const people = await ctx.db.query("people").collect();
    return {
      state: status?.state ?? null,
      processed: status?.processed ?? 0,
      active: people.filter(({ isActive }) => isActive).length,
    };
  },
});
