// SynclineError: the one error of the package. Its code says who must act, as in the core
// (shared/base/result.hpp); its message says what, where and what to do.

export type ErrorCode = "invalid" | "denied" | "not found" | "conflict" | "unavailable" | "corrupt";

export class SynclineError extends Error {
  override readonly name = "SynclineError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
