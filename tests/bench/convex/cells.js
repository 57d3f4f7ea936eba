// The cells of a row in the suite "merge", the same for every subject: whole numbers.
export const cellNames = Array.from({ length: 10 }, (_, n) => `cell${n}`);

export function cellsOf(row, round) {
  return Object.fromEntries(
    cellNames.map((name, n) => [name, ((row * 7 + n) * 31 + round) % 1000]),
  );
}
