// Expectations that say what was expected and what was there.
import { until } from "./until.mjs";

export function expectEqual(actual, expected, what) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: expected ${b}, got ${a}`);
}

// For what a page shows a moment after the device has it.
export async function expectSoon(read, expected, what) {
  const isEqual = async () => JSON.stringify(await read()) === JSON.stringify(expected);
  await until(what, isEqual).catch(() => {});
  expectEqual(await read(), expected, what);
}

export function expect(condition, what) {
  if (!condition) throw new Error(`not so: ${what}`);
}
