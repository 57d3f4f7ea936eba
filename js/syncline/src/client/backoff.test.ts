import { expect, it } from "vitest";
import { backoffDelayMs } from "./backoff.ts";

it("waits at least 1 s and at most 30 s, doubling with each attempt", () => {
  expect(backoffDelayMs(1, 0)).toBe(1000);
  expect(backoffDelayMs(2, 0)).toBe(2000);
  expect(backoffDelayMs(3, 0)).toBe(4000);
  for (const attempt of [5, 10, 100, 1e9]) {
    expect(backoffDelayMs(attempt, 0)).toBe(15_000);
    expect(backoffDelayMs(attempt, 0.999999)).toBeLessThanOrEqual(30_000);
  }
});

it("spreads attempts over half of the time", () => {
  expect(backoffDelayMs(4, 0)).toBe(8000);
  expect(backoffDelayMs(4, 0.5)).toBe(12_000);
});
