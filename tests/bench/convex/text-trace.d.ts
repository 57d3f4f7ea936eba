// Types of text-trace.js.
export interface TextEdit {
  at: number;
  removed: number;
  inserted: string;
}

export interface TextTrace {
  base: string;
  branches: TextEdit[][];
}

export interface TraceSizes {
  seed: number;
  baseLength: number;
  authors: number;
  /** Of each author. */
  operations: number;
}

export declare function textTrace(sizes: TraceSizes): TextTrace;
export declare function edited(base: string, edits: readonly TextEdit[]): string;
