// Expectations that say what was expected and what was there.
export function expectEqual(actual, expected, what) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: expected ${b}, got ${a}`);
}

export function expect(condition, what) {
  if (!condition) throw new Error(`not so: ${what}`);
}
