// SynclineError: the one error of the package. Its code says who must act, as in the core
// (shared/base/result.hpp); its message says what, where and what to do.

/** "offline" is this side's own: what can be done with a connection only, and there is none. */
export type ErrorCode =
  | "invalid"
  | "denied"
  | "not found"
  | "conflict"
  | "unavailable"
  | "corrupt"
  | "offline";

const codes: readonly string[] = [
  "invalid",
  "denied",
  "not found",
  "conflict",
  "unavailable",
  "corrupt",
  "offline",
] satisfies ErrorCode[];

export function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === "string" && codes.includes(text);
}

/** Where a write was refused: by which rule, and which row of which table. */
export interface ErrorPlace {
  rule?: string;
  table?: string;
  row?: string;
}

export class SynclineError extends Error {
  override readonly name: string = "SynclineError";
  readonly code: ErrorCode;
  declare readonly rule?: string;
  declare readonly table?: string;
  declare readonly row?: string;

  constructor(code: ErrorCode, message: string, options: ErrorOptions & ErrorPlace = {}) {
    super(message, options);
    this.code = code;
    Object.assign(this, placeOf(options));
  }
}

// What there is of it; the core says "" or nothing for the rest.
export function placeOf({
  rule,
  table,
  row,
}: { [Part in keyof ErrorPlace]: string | null | undefined }): ErrorPlace {
  return {
    ...(rule ? { rule } : {}),
    ...(table ? { table } : {}),
    ...(row ? { row } : {}),
  };
}

// An error as plain data, to cross from the worker to the page.
export interface ErrorData extends ErrorPlace {
  code: ErrorCode;
  message: string;
}

export function errorToData(error: unknown): ErrorData {
  if (!(error instanceof SynclineError)) {
    return { code: "invalid", message: error instanceof Error ? error.message : String(error) };
  }
  const { code, message } = error;
  return { code, message, ...placeOf(error) };
}

export function dataToError({ code, message, ...place }: ErrorData): SynclineError {
  return new SynclineError(code, message, place);
}
