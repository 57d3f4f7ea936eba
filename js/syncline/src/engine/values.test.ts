// Values to JSON text and back, against npm convex's own conversions.
import { convexToJson, jsonToConvex, type Value } from "convex/values";
import { describe, expect, it } from "vitest";
import { jsonToValue, knowPlaceholder, patchToText, textToValue, valueToText } from "./values.ts";

const values: [string, Value][] = [
  ["null", null],
  ["a string", 'Zoë \u{1f600} "quoted" \n'],
  ["numbers", [0, 1.5, -1e300, 2 ** 53]],
  ["special numbers", [-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
  ["an int64", { count: -(2n ** 63n), list: [1n] }],
  ["bytes", { data: new Uint8Array([1, 2, 255]).buffer }],
  ["nested objects", { a: { b: [{ c: null }, []] }, d: {} }],
  ["an object without prototype", Object.assign(Object.create(null), { a: 1 }) as Value],
  ["a field that is undefined", { a: undefined, b: 1 } as unknown as Value],
  ["odd field names", { "a b": 1, "~": 2, "a-b.c": 3 }],
];

describe("values", () => {
  it.each(values)("have the JSON that Convex gives them: %s", (_, value) => {
    const json = JSON.parse(valueToText(value)) as never;
    expect(json).toEqual(convexToJson(value));
    expect(textToValue(valueToText(value))).toEqual(jsonToConvex(json));
  });

  it.each([
    ["undefined", [undefined]],
    ["undefined", undefined],
    ["not a supported Convex type", new Date(0)],
    ["not a supported Convex type", { when: new Map() }],
    ["starts with a '$'", { $set: 1 }],
    ["non-control ASCII", { é: 1 }],
    ["exceeds maximum field name length", { ["x".repeat(1025)]: 1 }],
    ["not a supported Convex type", { call: () => 1 }],
    ["64-bit", 2n ** 63n],
  ])("are refused as Convex refuses them: %s", (message, value) => {
    expect(() => valueToText(value as Value)).toThrow(message);
  });

  it("does not call a toJSON that an object brings", () => {
    expect(() => valueToText({ toJSON: () => 1 } as unknown as Value)).toThrow("not a supported");
  });

  it("know the placeholders of other copies of the package", () => {
    class Foreign {}
    const placeholder = new Foreign() as unknown as Value;
    expect(() => valueToText({ at: placeholder })).toThrow("not a supported Convex type");
    knowPlaceholder(placeholder as object);
    const value = { at: placeholder, list: [placeholder, 1n], plain: { a: 1 } };
    expect(JSON.parse(valueToText(value))).toMatchObject({
      at: { $commitTs: null },
      list: [{ $commitTs: null }, {}],
      plain: { a: 1 },
    });
    expect(value.at).toBe(placeholder);
  });

  it("names fields to remove, whatever they are called", () => {
    const patch = { 'a":null': undefined, "b:null": undefined, c: null, d: undefined };
    expect(JSON.parse(patchToText(patch as unknown as Value))).toEqual({
      'a":null': { $undefined: null },
      "b:null": { $undefined: null },
      c: null,
      d: { $undefined: null },
    });
    expect(() => patchToText({ $a: undefined } as unknown as Value)).toThrow("reserved");
  });

  it("refuses malformed special values", () => {
    expect(() => jsonToValue({ a: { $integer: 5 } })).toThrow("Malformed $integer");
    expect(() => jsonToValue({ a: { $what: 5 } })).toThrow("reserved");
  });
});
