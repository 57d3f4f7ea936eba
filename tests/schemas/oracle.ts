// What walks, searches and likeness must find: plain filters and sorts of rows in memory, in the order
// of values that npm convex has.
import { compareValues, type Value } from "convex/values";
import type { Bound, Range } from "./functions/rows.ts";

export type Row = Record<string, Value | undefined> & { _id: string; _creationTime: number };

export function valueAt(row: Row, path: string): Value | undefined {
  return path
    .split(".")
    .reduce<Value | undefined>(
      (value, name) => (value as Record<string, Value> | undefined)?.[name],
      row as Value,
    );
}

/** The ids of the range, in order. `fields` are the index's, the implicit ones included. */
export function walkOf(rows: readonly Row[], fields: readonly string[], range: Range): string[] {
  const { eq, lower, upper } = range;
  const against = (row: Row, bound: Bound): number =>
    compareValues(valueAt(row, bound.field), bound.value);
  const sign = range.order === "asc" ? 1 : -1;
  return rows
    .filter((row) => eq.every((bound) => against(row, bound) === 0))
    .filter((row) => !lower || against(row, lower) > (lower.inclusive ? -1 : 0))
    .filter((row) => !upper || against(row, upper) < (upper.inclusive ? 1 : 0))
    .sort((a, b) => sign * compareRows(a, b, fields))
    .map(({ _id }) => _id);
}

function compareRows(a: Row, b: Row, fields: readonly string[]): number {
  for (const field of fields) {
    const order = compareValues(valueAt(a, field), valueAt(b, field));
    if (order !== 0) return order;
  }
  return 0;
}

/** Ranges that are worth walking: after every number of equalities, at values that rows have, each
 * combination of bounds, in both orders. */
export function rangesOf(
  rows: readonly Row[],
  fields: readonly string[],
  pick: (rows: readonly Row[]) => Row,
): Range[] {
  const ranges: Range[] = [];
  for (let length = 0; length <= fields.length; length += 1) {
    const row = pick(rows);
    const eq = fields.slice(0, length).map((field) => boundAt(row, field));
    for (const order of ["asc", "desc"] as const) {
      ranges.push({ eq, order });
      const field = fields[length];
      if (field === undefined) continue;
      // The row itself is on the bound, so that including and excluding it differ.
      const [a, b] = [boundAt(row, field), boundAt(pick(rows), field)];
      const [low, high] = compareValues(a.value, b.value) <= 0 ? [a, b] : [b, a];
      for (const inclusive of [true, false]) {
        ranges.push({ eq, order, lower: { ...a, inclusive } });
        ranges.push({ eq, order, upper: { ...a, inclusive } });
        ranges.push({
          eq,
          order,
          lower: { ...low, inclusive },
          upper: { ...high, inclusive: !inclusive },
        });
      }
    }
  }
  return ranges;
}

function boundAt(row: Row, field: string): Bound {
  const value = valueAt(row, field);
  return value === undefined ? { field } : { field, value };
}

/** The rows whose text has the word. */
export function withWord(rows: readonly Row[], field: string, word: string): Row[] {
  return rows.filter((row) => `${valueAt(row, field) ?? ""}`.split(" ").includes(word));
}

export function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
