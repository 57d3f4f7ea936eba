// readCsv: comma-separated values as documents, in Convex's way: the first row names the fields, and what
// reads as a number is one.
import type { Document } from "./values.ts";

/** Throws an Error that names the file and row. */
export function readCsv(text: string, file: string): Document[] {
  const [header, ...rows] = cellsOf(text);
  if (!header) throw new Error(`${file} has no first row with the names of the fields`);
  const names = header.map((name) => name.trim());
  for (const name of names) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new Error(`${file}:1: "${name}" is no name for a field`);
    }
  }
  return rows.map((cells, index) => {
    if (cells.length !== names.length) {
      throw new Error(
        `${file}:${index + 2}: ${cells.length} values, but the first row names ${names.length} fields`,
      );
    }
    return Object.fromEntries(names.map((name, column) => [name, cellValue(cells[column] ?? "")]));
  });
}

function cellValue(cell: string): string | number {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(cell) ? Number(cell) : cell;
}

// RFC 4180: a cell in quotes may hold commas, line ends and doubled quotes. Empty lines are nothing.
function cellsOf(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, bare = "", end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|\r|$)/g,
  )) {
    row.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    if (row.length > 1 || row[0] !== "" || quoted !== undefined) rows.push(row);
    row = [];
  }
  return rows;
}
