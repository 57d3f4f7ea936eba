import { expect, it } from "vitest";
import {
  allow,
  and,
  between,
  changed,
  check,
  currency,
  defineRules,
  email,
  eq,
  exists,
  ifPresent,
  isIn,
  length,
  matches,
  missing,
  move,
  ne,
  not,
  old,
  role,
  row,
  url,
  user,
} from "./index.ts";

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
    "notes.write: use read, insert, update, delete, checks",
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

const json = (condition: unknown) => JSON.parse(JSON.stringify(condition));

it("compiles what rules ask of values, with bigints as the core reads them", () => {
  expect(json(between(row("n"), 0n, 5n))).toEqual([
    "and",
    ["gte", ["row", "n"], ["literal", { $integer: "AAAAAAAAAAA=" }]],
    ["lte", ["row", "n"], ["literal", { $integer: "BQAAAAAAAAA=" }]],
  ]);
  expect(json(ifPresent("rating", (rating) => between(rating, 0, 5)))[1]).toEqual([
    "lt",
    ["row", "rating"],
    ["literal", null],
  ]);
  expect(json(matches(row("code"), /^[A-Z]{3}$/u))).toEqual([
    "matches",
    ["row", "code"],
    "^[A-Z]{3}$",
  ]);
  expect(() => matches(row("code"), /a/i)).toThrow("no flag but u");
  expect(json(length(row("tags")))).toEqual(["length", ["row", "tags"]]);
  expect(json(missing("bookings", "by_seat", [row("seat"), 1]))).toEqual([
    "missing",
    "bookings",
    "by_seat",
    ["row", "seat"],
    ["literal", 1],
  ]);
  expect(json(exists("users", "by_email", [user("email")]))[0]).toBe("exists");
  expect(json(currency(row("currency")))[2]).toContain("EUR");
  expect(new Set(json(currency(row("c")))[2]).size).toBe(json(currency(row("c")))[2].length);
});

it("knows addresses of people and of the web from what is none", () => {
  const fits = (condition: unknown, text: string) => new RegExp(json(condition)[2], "u").test(text);
  for (const good of ["ada@example.org", "a.b+c@sub.example.co", "x@1.io"]) {
    expect(fits(email(row("e")), good), good).toBe(true);
  }
  for (const bad of ["", "ada", "ada@", "@x.org", "a@b", "a b@c.org", "a@-b.org", "a@b..org"]) {
    expect(fits(email(row("e")), bad), bad).toBe(false);
  }
  for (const good of ["https://x.no", "http://x.no:80/a?b#c", "https://x.no?q"]) {
    expect(fits(url(row("u")), good), good).toBe(true);
  }
  for (const bad of ["x.no", "ftp://x.no", "https://", "https://x.no/a b", "javascript:alert(1)"]) {
    expect(fits(url(row("u")), bad), bad).toBe(false);
  }
});

it("compiles what holds for the rows themselves", () => {
  const { tables } = defineRules({
    ...head,
    tables: {
      notes: {
        checks: check("0 to 5", "A rating is 0 to 5.", between(row("rating"), 0, 5)),
        unique: {
          name: "one code",
          message: "The code is taken.",
          fields: ["code", "place.city"],
          where: ne(row("archived"), true),
        },
        transitions: {
          status: {
            initial: ["draft", undefined],
            moves: [
              move("draft", ["sent", "dropped"], { roles: ["admin"] }),
              move(["sent", "dropped"], "draft", { when: eq(user("plan"), "pro") }),
            ],
            message: "Step by step.",
          },
        },
        references: {
          parent: "cascade",
          author: { onDelete: "restrict", message: "They still write here." },
        },
        history: { days: 30 },
      },
    },
  });
  expect(json(tables["notes"])).toEqual({
    checks: [
      {
        name: "0 to 5",
        message: "A rating is 0 to 5.",
        allow: [
          "and",
          ["gte", ["row", "rating"], ["literal", 0]],
          ["lte", ["row", "rating"], ["literal", 5]],
        ],
      },
    ],
    unique: [
      {
        name: "one code",
        message: "The code is taken.",
        fields: ["code", "place.city"],
        where: ["ne", ["row", "archived"], ["literal", true]],
      },
    ],
    transitions: [
      {
        field: "status",
        initial: ["draft", { $undefined: null }],
        moves: [
          { from: ["draft"], to: ["sent", "dropped"], roles: ["admin"] },
          {
            from: ["sent", "dropped"],
            to: ["draft"],
            when: ["eq", ["user", "plan"], ["literal", "pro"]],
          },
        ],
        message: "Step by step.",
      },
    ],
    references: [
      { field: "parent", onDelete: "cascade" },
      { field: "author", onDelete: "restrict", message: "They still write here." },
    ],
    history: { days: 30 },
  });
  expect(() =>
    defineRules({ ...head, tables: { notes: { transitions: { status: {} as never } } } }),
  ).toThrow('notes.transitions.status: "initial" must list');
});
