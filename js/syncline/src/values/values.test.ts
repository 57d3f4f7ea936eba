// What the validators of fields that merge are, in schemas, arguments and types.
import {
  anyApi,
  defineSchema,
  defineTable,
  type FunctionReference,
  mutationGeneric,
} from "convex/server";
import {
  type GenericId,
  type GenericValidator,
  type Infer,
  type PropertyValidators,
  v,
} from "convex/values";
import { convexTest as theirs } from "convex-test";
import { describe, expect, expectTypeOf, it } from "vitest";
import { convexTest as ours } from "../testing/index.ts";
import { counter, list, set, text } from "./index.ts";
import { requirePlaces, type ValidatorJson } from "./places.ts";

function documentOf(fields: PropertyValidators | GenericValidator): ValidatorJson {
  const table = defineTable(fields as PropertyValidators);
  const schema = defineSchema({ posts: table }) as unknown as { export(): string };
  const { tables } = JSON.parse(schema.export()) as { tables: { documentType: ValidatorJson }[] };
  return tables[0]?.documentType as ValidatorJson;
}

it("says the kind beside the type, in fields, in leaves of objects, and where optional", () => {
  const posts = documentOf({
    likes: counter(),
    views: v.optional(counter(v.int64())),
    tags: set(v.string()),
    lines: list(v.object({ text: v.string(), isDone: v.boolean() })).optional(),
    parts: list(v.string(), v.number()),
    body: text(),
    nested: v.object({ score: counter(), notes: v.object({ body: text() }) }).partial(),
  });
  const string = { type: "string" };
  expect(posts.value).toEqual({
    likes: { fieldType: { type: "number", merge: "counter" }, optional: false },
    views: { fieldType: { type: "bigint", merge: "counter" }, optional: true },
    tags: { fieldType: { type: "array", value: string, merge: "set" }, optional: false },
    lines: {
      fieldType: {
        type: "array",
        value: {
          type: "object",
          value: {
            text: { fieldType: string, optional: false },
            isDone: { fieldType: { type: "boolean" }, optional: false },
          },
        },
        merge: "list",
      },
      optional: true,
    },
    parts: {
      fieldType: {
        type: "array",
        value: { type: "union", value: [string, { type: "number" }] },
        merge: "list",
      },
      optional: false,
    },
    body: { fieldType: { type: "string", merge: "text" }, optional: false },
    nested: {
      fieldType: {
        type: "object",
        value: {
          score: { fieldType: { type: "number", merge: "counter" }, optional: true },
          notes: {
            fieldType: {
              type: "object",
              value: { body: { fieldType: { type: "string", merge: "text" }, optional: false } },
            },
            optional: true,
          },
        },
      },
      optional: false,
    },
  });
});

it("has the types of the plain validators", () => {
  const post = v.object({
    likes: counter(),
    views: counter(v.int64()),
    tags: set(v.string(), v.null()),
    lines: v.optional(list(v.object({ text: v.string() }))),
    body: text(),
  });
  expectTypeOf<Infer<typeof post>>().toEqualTypeOf<{
    likes: number;
    views: bigint;
    tags: (string | null)[];
    lines?: { text: string }[];
    body: string;
  }>();
  expect(counter()).toMatchObject({ kind: "float64", isConvexValidator: true });
  expect(list(v.string()).element.kind).toBe("string");
});

it("refuses what cannot merge, naming what to write", () => {
  expect(() => counter(v.string() as never)).toThrow("v.float64() or v.int64(), not string");
  expect(() => counter(v.optional(v.int64()) as never)).toThrow("v.optional(counter(...))");
  // @ts-expect-error: nothing is named
  expect(() => set()).toThrow("set(): name what is in it, as set(v.string())");
  expect(() => list("string" as never)).toThrow("list(): string is no validator");
  expect(() => list(v.optional(v.string()) as never)).toThrow("v.optional(list(...))");
  expect(() => list(v.object({ votes: counter() }))).toThrow(
    "list(): counter() stands within a list",
  );
});

it("names the place of a kind in an array, a record, a union or a whole document", () => {
  const places = (fields: PropertyValidators | GenericValidator) => () =>
    requirePlaces(documentOf(fields), "posts");
  expect(places({ a: v.object({ b: v.array(counter()) }) })).toThrow(
    "posts.a.b: counter() stands within an array",
  );
  expect(places({ a: v.record(v.string(), v.object({ b: text() })) })).toThrow(
    "posts.a: text() stands within a record",
  );
  expect(places({ a: v.union(set(v.string()), v.null()) })).toThrow(
    "posts.a: set() stands within a union",
  );
  expect(places(v.union(v.object({ a: counter() }), v.object({ b: v.null() })))).toThrow(
    "posts: counter() stands within a union",
  );
  expect(places({ a: list(v.string()), b: v.object({ c: counter() }), d: v.any() })).not.toThrow();
});

const post = {
  likes: counter(),
  views: v.optional(counter(v.int64())),
  tags: set(v.string()),
  lines: list(v.object({ text: v.string() })),
  body: text(),
};
const schema = defineSchema({ posts: defineTable(post).index("by_likes", ["likes"]) });
const modules = {
  "/convex/posts.ts": async () => ({
    add: mutationGeneric({
      args: post,
      returns: v.id("posts"),
      handler: (ctx, given) => ctx.db.insert("posts", given),
    }),
  }),
  "/convex/_generated/api.js": async () => ({}),
};
const addPost = (anyApi as unknown as { posts: { add: FunctionReference<"mutation"> } }).posts.add;
const first = { likes: 1, tags: ["a", "b"], lines: [{ text: "one" }], body: "hello" };

describe.each([
  ["syncline/testing", ours],
  ["npm convex-test", theirs as unknown as typeof ours],
])("by %s, on one device, fields that merge", (_name, convexTest) => {
  it("are written and read with plain code", async () => {
    const t = convexTest(schema, modules);
    const rows = await t.run(async (ctx) => {
      const id = await ctx.db.insert("posts", first);
      const row = await ctx.db.get(id);
      if (!row) throw new Error("the row is not there");
      await ctx.db.patch(id, {
        likes: row.likes + 2,
        views: 5n,
        tags: ["a", "c"],
        lines: [{ text: "zero" }, ...row.lines],
        body: `${row.body}, world`,
      });
      const [found] = await ctx.db
        .query("posts")
        .withIndex("by_likes", (q) => q.eq("likes", 3))
        .collect();
      await ctx.db.patch(id, { views: undefined, tags: [] });
      return [found, await ctx.db.get(id)];
    });
    const written = {
      likes: 3,
      tags: ["a", "c"],
      lines: [{ text: "zero" }, { text: "one" }],
      body: "hello, world",
    };
    expect(rows[0]).toMatchObject({ ...written, views: 5n });
    expect(rows[1]).toMatchObject({ ...written, tags: [] });
    expect(rows[1]).not.toHaveProperty("views");
  });

  it("validate arguments, results and documents as the plain ones do", async () => {
    const t = convexTest(schema, modules);
    const add = (given: Record<string, unknown>) => t.mutation(addPost, given);
    await expect(add(first)).resolves.toBeTypeOf("string");
    await expect(add({ ...first, likes: 1n })).rejects.toThrow();
    await expect(add({ ...first, tags: "a" })).rejects.toThrow();
    await expect(add({ ...first, lines: [{}] })).rejects.toThrow();
    const broken = t.run((ctx) => ctx.db.insert("posts", { ...first, body: 1 as never }));
    await expect(broken).rejects.toThrow();
    const missing = "posts" as unknown as GenericId<"posts">;
    await expect(t.run((ctx) => ctx.db.patch(missing, { likes: 1 }))).rejects.toThrow();
  });
});
