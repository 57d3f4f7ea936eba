// The names of files: databases, and those set aside.
import { expect, it } from "vitest";
import { asideNames, isDatabaseName } from "./storage.ts";

it("numbers what is set aside, and names what is too much", () => {
  expect(asideNames("a", [])).toEqual({ next: "a.corrupt-1", surplus: [] });
  const files = [
    "a.db",
    "a.corrupt-2.db",
    "a.corrupt-10.db",
    "a.corrupt-10.db-wal",
    "b.corrupt-11.db",
  ];
  expect(asideNames("a", files)).toEqual({ next: "a.corrupt-11", surplus: ["a.corrupt-2"] });
});

it("takes plain names only", () => {
  for (const name of ["a", "user_1", "A.b-c"]) expect(isDatabaseName(name)).toBe(true);
  for (const name of ["", ".a", "a/b", "a b", "ä", "a".repeat(101)]) {
    expect(isDatabaseName(name)).toBe(false);
  }
});
