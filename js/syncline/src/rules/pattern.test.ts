// The vectors that the core's patterns are tested with (shared/rules/pattern_test.cpp), held against
// JavaScript's own expressions.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

interface Vectors {
  patterns: { pattern: string; matches: string[]; misses: string[] }[];
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL("../../../../shared/rules/pattern_vectors.json", import.meta.url), "utf8"),
);

it("has what JavaScript says of each pattern and text", () => {
  expect(vectors.patterns.length).toBeGreaterThan(300);
  for (const { pattern, matches, misses } of vectors.patterns) {
    const expression = new RegExp(pattern, "u");
    for (const text of matches) expect(expression.test(text), `${pattern} ${text}`).toBe(true);
    for (const text of misses) expect(expression.test(text), `${pattern} ${text}`).toBe(false);
  }
});
