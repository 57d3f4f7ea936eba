// What a mutation makes of an editor's changes.
import { expect, test } from "vitest";
import { applyTextChanges, textVersionOf } from "./changes.ts";

test("changes lie in the text that they were made to, in ascending order", () => {
  const text = "one two three";
  const changes = [
    { from: 0, to: 3, insert: "1" },
    { from: 4, to: 4, insert: "and " },
    { from: 8, to: 13, insert: "" },
  ];
  expect(applyTextChanges(text, changes, textVersionOf(text))).toBe("1 and two ");
});

test("another text is left as it is, also one of the same length", () => {
  const change = [{ from: 0, to: 0, insert: "x" }];
  expect(applyTextChanges("abc", change, textVersionOf("abd"))).toBeNull();
  expect(applyTextChanges("abc", change, textVersionOf("ab"))).toBeNull();
});

test.each([
  [{ from: 2, to: 1, insert: "" }],
  [{ from: 0, to: 4, insert: "" }],
  [{ from: -1, to: 0, insert: "" }],
  [{ from: 0.5, to: 1, insert: "" }],
])("a change that is not in the text is refused: %o", (change) => {
  expect(() => applyTextChanges("abc", [change], textVersionOf("abc"))).toThrow(RangeError);
});

test("changes that overlap are refused", () => {
  const changes = [
    { from: 0, to: 2, insert: "" },
    { from: 1, to: 3, insert: "" },
  ];
  expect(() => applyTextChanges("abc", changes, textVersionOf("abc"))).toThrow(/behind 2/);
});
