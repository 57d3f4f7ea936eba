// Values in the forms that snapshots have had.
import type { Value } from "convex/values";
import { expect, it } from "vitest";
import { readDocument, writeDocument } from "./values.ts";

const bytes = (...list: number[]): ArrayBuffer => Uint8Array.from(list).buffer;

it("writes values as Convex's exports do", () => {
  const cases: [Value, string][] = [
    [42n, "42"],
    [9223372036854775807n, "9223372036854775807"],
    [42, "42.0"],
    [0, "0.0"],
    [-0, "-0.0"],
    [0.1, "0.1"],
    [1e21, "1e21"],
    [1.5e-7, "1.5e-7"],
    [Number.POSITIVE_INFINITY, '{"$float":"AAAAAAAA8H8="}'],
    [bytes(0, 16, 131), '{"$bytes":"ABCD"}'],
    ['a "5" b', '"a \\"5\\" b"'],
    [[null, true, { b: 1n, a: 2 }], '[null,true,{"a":2.0,"b":1}]'],
  ];
  for (const [value, text] of cases) {
    expect(writeDocument({ value })).toBe(`{"value":${text}}`);
    expect(readDocument(`{"value":${text}}`, "uniform", null)).toEqual({ value });
  }
});

it("reads numbers of plain JSON as float64", () => {
  const text = '{"a":5,"b":{"$integer":"BQAAAAAAAAA="},"c":"5"}';
  expect(readDocument(text, "plain", null)).toEqual({ a: 5, b: 5n, c: "5" });
});

it("reads older exports by the table's validator", () => {
  const field = (fieldType: object, optional = false): object => ({ fieldType, optional });
  const validator = {
    type: "object",
    value: {
      count: field({ type: "bigint" }),
      rate: field({ type: "number" }),
      data: field({ type: "bytes" }),
      name: field({ type: "string" }),
      either: field({ type: "union", value: [{ type: "null" }, { type: "bigint" }] }, true),
      both: field({ type: "union", value: [{ type: "string" }, { type: "bigint" }] }),
      list: field({
        type: "array",
        value: { type: "object", value: { n: field({ type: "bigint" }) } },
      }),
      map: field({
        type: "record",
        keys: { type: "string" },
        values: { fieldType: { type: "bigint" } },
      }),
    },
  };
  const text =
    '{"count":"5","rate":"NaN","data":"ABCD","name":"5","either":"6","both":"7","list":[{"n":"8"}],' +
    '"map":{"a":"9"},"other":"10"}';
  expect(readDocument(text, "typed", validator)).toEqual({
    count: 5n,
    rate: Number.NaN,
    data: bytes(0, 16, 131),
    name: "5",
    either: 6n,
    both: "7",
    list: [{ n: 8n }],
    map: { a: 9n },
    other: "10",
  });
});

it("says what is no document", () => {
  expect(() => readDocument("[1]", "uniform", null)).toThrow(/object in braces/);
  expect(() => readDocument('{"a":', "uniform", null)).toThrow(/JSON/);
});
