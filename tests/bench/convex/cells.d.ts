// Types of cells.js.
export type CellName = `cell${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`;

export declare const cellNames: CellName[];
export declare function cellsOf(row: number, round: number): Record<CellName, number>;
