// Measuring: one thing after another, in milliseconds.

/** How long each of `count` runs took. */
export async function timeEach(
  count: number,
  run: (n: number) => Promise<unknown>,
): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < count; ++n) {
    const begin = performance.now();
    await run(n);
    times.push(performance.now() - begin);
  }
  return times;
}

/** How long all `count` runs took together. */
export async function timeAll(
  count: number,
  run: (n: number) => Promise<unknown>,
): Promise<number> {
  const begin = performance.now();
  for (let n = 0; n < count; ++n) await run(n);
  return performance.now() - begin;
}

export function perSecond(count: number, milliseconds: number): number {
  return (count * 1000) / milliseconds;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - 1] ?? Number.NaN, sorted[middle] ?? Number.NaN];
  return sorted.length % 2 === 0 ? (low + high) / 2 : high;
}
