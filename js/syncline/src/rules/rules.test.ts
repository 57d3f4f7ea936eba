import { expect, it } from "vitest";
import { allow, and, changed, defineRules, eq, isIn, not, old, role, row, user } from "./index.ts";

const head = {
  tenancy: { root: "teams", fields: { notes: "team" } },
  membership: { table: "members", field: "email", claim: "email", role: "role" },
};

it("compiles conditions to the arrays that the core reads", () => {
  const condition = and(
    isIn(role(), ["admin", "member"]),
    not(changed("team")),
    eq(row("owner.email"), user("email")),
    eq(old("status"), "draft"),
  );
  expect(JSON.parse(JSON.stringify(condition))).toEqual([
    "and",
    ["in", ["role"], ["admin", "member"]],
    ["not", ["changed", "team"]],
    ["eq", ["row", "owner.email"], ["user", "email"]],
    ["eq", ["old", "status"], ["literal", "draft"]],
  ]);
});

it("makes one clause and a list of clauses the same", () => {
  const clause = allow("members", "Only members", isIn(role(), ["admin"]));
  const one = defineRules({ ...head, tables: { notes: { read: clause } } });
  const list = defineRules({ ...head, tables: { notes: { read: [clause] } } });
  expect(one).toEqual(list);
  expect(one.tables["notes"]?.read).toEqual([
    { name: "members", message: "Only members", allow: ["in", ["role"], ["admin"]] },
  ]);
});

it("refuses wrong input, naming the place", () => {
  const clause = allow("a", "No", eq(role(), "admin"));
  expect(() => defineRules({ ...head, tables: { notes: { read: [clause, clause] } } })).toThrow(
    'notes.read: "a" stands there twice',
  );
  expect(() => defineRules({ ...head, tables: { notes: { write: clause } as never } })).toThrow(
    "notes.write: use read, insert, update or delete",
  );
  expect(() => defineRules({ ...head, tables: { notes: { read: {} as never } } })).toThrow(
    "notes.read: write allow(name, message, condition)",
  );
  expect(() => row("")).toThrow('row("") must name a field');
  expect(() => eq(row("a"), Number.NaN)).toThrow("NaN cannot be compared");
  expect(() => defineRules({ ...head, tenancy: { root: "", fields: {} }, tables: {} })).toThrow(
    "tenancy.root",
  );
});
