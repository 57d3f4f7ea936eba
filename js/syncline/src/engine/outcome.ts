// Outcome: what a function gave or how it failed, in the shapes that Convex's clients expect.
import {
  type ConvexError,
  convexToJson,
  type JSONValue,
  jsonToConvex,
  type Value,
} from "convex/values";
import { dataToError, type ErrorData, errorToData, SynclineError } from "../error.ts";
import type { LoadedModules } from "./modules.ts";

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

// What a called function failed with, on its way to its caller.
export class FunctionFailed extends Error {
  constructor(readonly failure: Failure) {
    super(failure.error.message);
  }
}

// What a function threw. The core's refusal, if that is what it threw.
export function failureOf(thrown: unknown, refusal: SynclineError | null = null): Failure {
  if (thrown instanceof FunctionFailed) return thrown.failure;
  if (thrown instanceof SynclineError) return refusalFailure(thrown);
  if (isConvexError(thrown)) return convexFailure(thrown);
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

// What the calling function catches: its own ConvexError with the data, or an error with the message.
export function errorInFunction(
  { error, data, isConvexError }: Failure,
  modules: LoadedModules,
): Error {
  if (isConvexError) {
    const thrown: ConvexError<Value> = new modules.ConvexError(jsonToConvex(data ?? null));
    thrown.message = error.message;
    return thrown;
  }
  return data === undefined ? new Error(error.message) : dataToError(error);
}

function convexFailure(thrown: { data: unknown }): Failure {
  let data: JSONValue;
  try {
    // npm convex's layer has turned the data into JSON text on the way out.
    data = hasJsonData(thrown)
      ? (JSON.parse(thrown.data) as JSONValue)
      : convexToJson((thrown.data ?? null) as Value);
  } catch (error) {
    return failureOf(error);
  }
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return {
    message: `Uncaught ConvexError: ${text}`,
    error: { code: "invalid", message: text },
    data,
    isConvexError: true,
  };
}

function refusalFailure(refusal: SynclineError): Failure {
  const error = errorToData(refusal);
  return { message: error.message, error, data: { ...error }, isConvexError: false };
}

// Instances have their own ConvexError class, so it is known by its mark.
function isConvexError(thrown: unknown): thrown is { data: unknown } {
  return typeof thrown === "object" && thrown !== null && Symbol.for("ConvexError") in thrown;
}

function hasJsonData(thrown: { data: unknown }): thrown is { data: string } {
  return "ConvexErrorSymbol" in thrown && typeof thrown.data === "string";
}

// Equal outcomes need not be reported again.
export function outcomeText(outcome: Outcome): string {
  return outcome.ok ? `+${outcome.value}` : `-${JSON.stringify(outcome.failure)}`;
}
