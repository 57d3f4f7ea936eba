// Functions of a changed client: they write whatever they are told, without asking for a role.
import { mutationGeneric } from "convex/server";
import { v } from "convex/values";

export const insert = mutationGeneric({
  args: { table: v.string(), value: v.any() },
  handler: async ({ db }, { table, value }) => await db.insert(table, value),
});

export const patch = mutationGeneric({
  args: { id: v.string(), value: v.any() },
  handler: async ({ db }, { id, value }) => await db.patch(id, value),
});

export const remove = mutationGeneric({
  args: { id: v.string() },
  handler: async ({ db }, { id }) => await db.delete(id),
});
