// aggregate: counts, sums and ranks without reading all scores.
import { TableAggregate } from "@convex-dev/aggregate";
import { v } from "convex/values";
import { components } from "./_generated/api.ts";
import { type DataModel, mutation, query } from "./_generated/server.ts";

const byGame = new TableAggregate<{
  Namespace: string;
  Key: number;
  DataModel: DataModel;
  TableName: "scores";
}>(components.scoresByGame, {
  namespace: ({ game }) => game,
  sortKey: ({ points }) => points,
  sumValue: ({ points }) => points,
});

export const add = mutation({
  args: {
    game: v.string(),
    player: v.string(),
    points: v.array(v.number()),
    // The component's worker counts them, in the order of the commits.
    later: v.optional(v.boolean()),
  },
  handler: async (ctx, { game, player, points, later = false }) => {
    for (const each of points) {
      const id = await ctx.db.insert("scores", { game, player, points: each });
      const row = await ctx.db.get(id);
      if (row) await byGame.insert(ctx, row, { async: later });
    }
  },
});

export const removeBest = mutation({
  args: { game: v.string() },
  handler: async (ctx, { game }) => {
    const best = await byGame.max(ctx, { namespace: game });
    const row = best && (await ctx.db.get(best.id));
    if (!row) return;
    await ctx.db.delete(row._id);
    await byGame.delete(ctx, row);
  },
});

export const count = query({
  args: { game: v.string() },
  handler: async (ctx, { game }) => await byGame.count(ctx, { namespace: game, bounds: {} }),
});

export const summary = query({
  args: { game: v.string(), above: v.number() },
  handler: async (ctx, { game, above }) => {
    const namespace = game;
    const bounds = { lower: { key: above, inclusive: false } };
    return {
      count: await byGame.count(ctx, { namespace, bounds: {} }),
      sum: await byGame.sum(ctx, { namespace, bounds: {} }),
      above: await byGame.count(ctx, { namespace, bounds }),
      third: (await byGame.at(ctx, 2, { namespace })).key,
      rank: await byGame.indexOf(ctx, above, { namespace }),
    };
  },
});
