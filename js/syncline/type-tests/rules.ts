// Rules that know their schema: what compiles, and mistakes, each of which must not.
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { allow, always, defineRules, eq, missing, move, role, row } from "syncline/rules";

const schema = defineSchema({
  teams: defineTable({ name: v.string() }),
  people: defineTable({ team: v.id("teams"), email: v.string(), role: v.string() }),
  tasks: defineTable({
    team: v.id("teams"),
    status: v.union(v.literal("open"), v.literal("doing"), v.literal("done")),
    rank: v.optional(v.union(v.literal(1), v.literal(2))),
    owner: v.id("people"),
    helper: v.optional(v.id("people")),
    watchers: v.array(v.id("people")),
    place: v.object({ city: v.string(), host: v.optional(v.id("people")) }),
  }).index("by_owner", ["owner"]),
});
type Schema = typeof schema;
type Role = "admin" | "member";

const head = {
  tenancy: { root: "teams", fields: { people: "team", tasks: "team" } },
  membership: { table: "people", field: "email", claim: "email", role: "role" },
} as const;
const everybody = allow("everybody", "No.", always());

export const right = [
  defineRules<Schema, Role>({
    ...head,
    tables: {
      tasks: {
        read: everybody,
        insert: allow("one each", "No.", missing("tasks", "by_owner", [row("owner")])),
        checks: [allow("named", "No.", eq(role(), "admin"))],
        unique: [{ name: "one", message: "No.", fields: ["owner", "place.city"] }],
        transitions: {
          status: {
            initial: ["open"],
            moves: [
              move("open", ["doing", "done"], { roles: ["admin"] }),
              { from: ["doing"], to: "done", when: eq(row("rank"), 1) },
            ],
          },
          rank: { initial: [undefined, 1], moves: [move(1, 2)] },
        },
        references: {
          owner: "cascade",
          helper: "setUndefined",
          watchers: { onDelete: "setUndefined", message: "No." },
          "place.host": "restrict",
        },
        history: { days: 7 },
      },
    },
  }),
  // Without the schema's type, names are texts; the core checks them.
  defineRules({ ...head, tables: { anything: { transitions: { x: { initial: ["y"] } } } } }),
];

export const wrong = [
  // @ts-expect-error: there is no such table
  defineRules<Schema, Role>({ ...head, tables: { notes: { read: everybody } } }),
  // @ts-expect-error: there is no such action
  defineRules<Schema, Role>({ ...head, tables: { tasks: { write: everybody } } }),
  defineRules<Schema>({
    ...head,
    // @ts-expect-error: the table has no such field
    tenancy: { root: "teams", fields: { tasks: "owners" } },
    tables: {},
  }),
  defineRules<Schema, Role>({
    ...head,
    // @ts-expect-error: no field of that name
    tables: { tasks: { unique: { name: "one", message: "No.", fields: ["title"] } } },
  }),
  defineRules<Schema, Role>({
    ...head,
    // @ts-expect-error: at least one field
    tables: { tasks: { unique: { name: "one", message: "No.", fields: [] } } },
  }),
  defineRules<Schema, Role>({
    ...head,
    // @ts-expect-error: not a value of the field
    tables: { tasks: { transitions: { status: { initial: ["opened"] } } } },
  }),
  defineRules<Schema, Role>({
    ...head,
    tables: {
      // @ts-expect-error: not a value of the field
      tasks: { transitions: { status: { initial: ["open"], moves: [move("open", "finished")] } } },
    },
  }),
  defineRules<Schema, Role>({
    ...head,
    tables: {
      tasks: {
        transitions: {
          status: {
            initial: ["open"],
            // @ts-expect-error: there is no such role
            moves: [move("open", "done", { roles: ["owner"] })],
          },
        },
      },
    },
  }),
  defineRules<Schema, Role>({
    ...head,
    // @ts-expect-error: the field is no id
    tables: { tasks: { references: { status: "cascade" } } },
  }),
  defineRules<Schema, Role>({
    ...head,
    // @ts-expect-error: the field must be there
    tables: { tasks: { references: { owner: "setUndefined" } } },
  }),
  defineRules<Schema, Role>({
    ...head,
    // @ts-expect-error: no way to delete
    tables: { tasks: { references: { owner: "ignore" } } },
  }),
  defineRules<Schema, Role>({
    ...head,
    // @ts-expect-error: days are a number
    tables: { tasks: { history: { days: "90" } } },
  }),
];
