// A default export in a folder, which waits between reads.
import { queryGeneric } from "convex/server";
import { v } from "convex/values";

export default queryGeneric({
  args: { wait: v.number(), name: v.string() },
  handler: async (ctx, { wait, name }) => {
    const teams = [];
    for (let turn = 0; turn < wait; ++turn) await Promise.resolve();
    for await (const team of ctx.db.query("teams").filter((q) => q.eq(q.field("name"), name))) {
      for (let turn = 0; turn < wait; ++turn) await Promise.resolve();
      teams.push(team["name"]);
    }
    return teams;
  },
});
