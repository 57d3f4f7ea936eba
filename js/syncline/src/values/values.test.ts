import { defineSchema, defineTable } from "convex/server";
import { type GenericValidator, type Infer, type PropertyValidators, v } from "convex/values";
import { expect, expectTypeOf, it } from "vitest";
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
