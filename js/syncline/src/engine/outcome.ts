// Outcome: what a function gave or how it failed, in the shapes that Convex's clients expect.
import type { JSONValue } from "convex/values";
import { type ErrorData, errorToData, SynclineError } from "../error.ts";

export interface Failure {
  // As Convex says it: "Uncaught Error: Not authenticated".
  message: string;
  // What to show a person: "Not authenticated", with the code if the core refused.
  error: ErrorData;
  // A ConvexError's data, or what the core refused as data.
  data?: JSONValue;
  isConvexError: boolean;
}

export type Outcome = { ok: true; value: string } | { ok: false; failure: Failure };

// What a function threw. The core's refusal, if that is what it threw.
export function failureOf(thrown: unknown, refusal: SynclineError | null = null): Failure {
  if (thrown instanceof SynclineError) return refusalFailure(thrown);
  if (isConvexError(thrown)) {
    // npm convex has turned the data into JSON text on the way out.
    const data = JSON.parse(thrown.data) as JSONValue;
    const text = typeof data === "string" ? data : thrown.data;
    return {
      message: `Uncaught ConvexError: ${text}`,
      error: { code: "invalid", message: text },
      data,
      isConvexError: true,
    };
  }
  if (thrown instanceof Error) {
    if (refusal && thrown.message === refusal.message) return refusalFailure(refusal);
    return {
      message: `Uncaught ${thrown.name}: ${thrown.message}`,
      error: { code: "invalid", message: thrown.message },
      isConvexError: false,
    };
  }
  const message = String(thrown);
  return {
    message: `Uncaught ${message}`,
    error: { code: "invalid", message },
    isConvexError: false,
  };
}

function refusalFailure(refusal: SynclineError): Failure {
  const error = errorToData(refusal);
  return { message: error.message, error, data: { ...error }, isConvexError: false };
}

// Instances have their own ConvexError class, so it is known by its mark.
function isConvexError(thrown: unknown): thrown is { data: string } {
  return (
    typeof thrown === "object" &&
    thrown !== null &&
    Symbol.for("ConvexError") in thrown &&
    typeof (thrown as { data?: unknown }).data === "string"
  );
}

// Equal outcomes need not be reported again.
export function outcomeText(outcome: Outcome): string {
  return outcome.ok ? `+${outcome.value}` : `-${JSON.stringify(outcome.failure)}`;
}
