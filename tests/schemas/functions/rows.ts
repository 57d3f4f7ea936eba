// Functions that write and read rows of any table, for the tests of the demos' schemas.
import {
  actionGeneric,
  type GenericDatabaseReader,
  type GenericDataModel,
  type GenericDocument,
  mutationGeneric,
  queryGeneric,
} from "convex/server";
import { type GenericId, type Value, v } from "convex/values";

/** A bound without a value is at undefined. */
export interface Bound {
  field: string;
  value?: Value | undefined;
}

/** A walk along an index, as withIndex() takes it. */
export interface Range {
  eq: Bound[];
  lower?: Bound & { inclusive: boolean };
  upper?: Bound & { inclusive: boolean };
  order: "asc" | "desc";
}

type Id = GenericId<string>;

/** Inserts documents; gives them back with their ids and times. */
export const insert = mutationGeneric({
  args: { table: v.string(), documents: v.array(v.any()) },
  handler: async (ctx, { table, documents }) => {
    const inserted: GenericDocument[] = [];
    for (const document of documents) {
      const id = await ctx.db.insert(table, document);
      inserted.push((await ctx.db.get(id)) as GenericDocument);
    }
    return inserted;
  },
});

/** Tries to insert documents that are broken; gives each one's error, null where there was none. */
export const insertBroken = mutationGeneric({
  args: { table: v.string(), documents: v.array(v.any()) },
  handler: async (ctx, { table, documents }) => {
    const errors: (string | null)[] = [];
    for (const document of documents) {
      try {
        await ctx.db.insert(table, document);
        errors.push(null);
      } catch (error) {
        errors.push(error instanceof Error ? error.message : String(error));
      }
    }
    return errors;
  },
});

/** Replaces rows, and deletes those without a document; gives back what remains of them. */
export const rewrite = mutationGeneric({
  args: { rows: v.array(v.object({ id: v.string(), document: v.optional(v.any()) })) },
  handler: async (ctx, { rows }) => {
    const written: GenericDocument[] = [];
    for (const { id, document } of rows) {
      if (document === undefined) await ctx.db.delete(id as Id);
      else await ctx.db.replace(id as Id, document);
      const row = await ctx.db.get(id as Id);
      if (row) written.push(row);
    }
    return written;
  },
});

/** The ids along an index, range by range. */
export const walk = queryGeneric({
  args: { table: v.string(), index: v.string(), ranges: v.array(v.any()) },
  handler: async (ctx, { table, index, ranges }) => {
    const found: Value[][] = [];
    for (const range of ranges as Range[]) {
      const rows = ctx.db
        .query(table)
        .withIndex(index, (q) => bounded(q as unknown as Builder, range) as never)
        .order(range.order);
      found.push((await rows.collect()).map((row) => row["_id"] as Value));
    }
    return found;
  },
});

interface Builder {
  eq(field: string, value: unknown): Builder;
  gt(field: string, value: unknown): Builder;
  gte(field: string, value: unknown): Builder;
  lt(field: string, value: unknown): Builder;
  lte(field: string, value: unknown): Builder;
}

function bounded(builder: Builder, { eq, lower, upper }: Range): Builder {
  let q = eq.reduce((all, { field, value }) => all.eq(field, value), builder);
  if (lower) q = lower.inclusive ? q.gte(lower.field, lower.value) : q.gt(lower.field, lower.value);
  if (upper) q = upper.inclusive ? q.lte(upper.field, upper.value) : q.lt(upper.field, upper.value);
  return q;
}

/** The ids that a full-text search finds, best first. */
export const search = queryGeneric({
  args: {
    table: v.string(),
    index: v.string(),
    field: v.string(),
    text: v.string(),
    filters: v.array(v.object({ field: v.string(), value: v.optional(v.any()) })),
  },
  handler: async (ctx, { table, index, field, text, filters }) => {
    const db = ctx.db as GenericDatabaseReader<GenericDataModel>;
    const rows = await db
      .query(table)
      .withSearchIndex(index, (q) =>
        filters.reduce(
          (all, filter) => all.eq(filter.field, filter.value as never),
          q.search(field, text as never),
        ),
      )
      .collect();
    return rows.map((row) => row["_id"] as Value);
  },
});

/** What is nearest to a vector, with its likeness. */
export const nearest = actionGeneric({
  args: {
    table: v.string(),
    index: v.string(),
    vector: v.array(v.float64()),
    limit: v.number(),
    filter: v.optional(v.object({ field: v.string(), value: v.any() })),
  },
  handler: async (ctx, { table, index, vector, limit, filter }) =>
    await ctx.vectorSearch(table, index, {
      vector,
      limit,
      ...(filter ? { filter: (q) => q.eq(filter.field, filter.value as never) } : {}),
    }),
});
