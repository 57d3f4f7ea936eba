// Comma-separated values, with their quotes and line ends.
import { expect, it } from "vitest";
import { readCsv } from "./csv.ts";

it("reads numbers and texts, quoted ones with commas and line ends in them", () => {
  const text = 'name, age\r\nAda,36\n"Hopper, Grace",-1.5e1\n"say ""hi""\nthere",""\n\n,7';
  expect(readCsv(text, "f.csv")).toEqual([
    { name: "Ada", age: 36 },
    { name: "Hopper, Grace", age: -15 },
    { name: 'say "hi"\nthere', age: "" },
    { name: "", age: 7 },
  ]);
});

it("names the row that does not fit", () => {
  expect(() => readCsv("a,b\n1,2\n3", "f.csv")).toThrow(/f\.csv:3: 1 values.*2 fields/);
  expect(() => readCsv("a,b c\n", "f.csv")).toThrow(/"b c" is no name/);
  expect(() => readCsv("", "f.csv")).toThrow(/no first row/);
});
