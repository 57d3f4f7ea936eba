// packLanes: places bars on whole days, and those that overlap on rows of their own, as few as needed.
import { addDays, startOfDay } from "./dates.ts";

interface Period {
  startDate: number;
  endDate: number;
}

export interface Placed<Item> {
  item: Item;
  // Fractions of the whole period, 0 to 1.
  left: number;
  width: number;
  // 0 is the top.
  row: number;
}

/** The items that touch [from, to), clipped to it, by start; and how many rows they take. */
export function packLanes<Item extends Period>(
  items: readonly Item[],
  from: number,
  to: number,
): { placed: Placed<Item>[]; depth: number } {
  const rowEnds: number[] = [];
  const length = to - from;
  const placed = [...items]
    .sort((a, b) => a.startDate - b.startDate)
    .map((item) => {
      const start = Math.max(startOfDay(item.startDate), from);
      const end = Math.min(addDays(startOfDay(item.endDate), 1), to);
      let row = rowEnds.findIndex((rowEnd) => rowEnd <= start);
      if (row === -1) row = rowEnds.length;
      rowEnds[row] = end;
      return { item, left: (start - from) / length, width: (end - start) / length, row };
    });
  return { placed, depth: rowEnds.length };
}
