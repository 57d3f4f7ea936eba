// Stages: the promises of one mutation, settled from where it runs.
import { ConvexError, type JSONValue, jsonToConvex, type Value } from "convex/values";
import type { Failure, Outcome } from "../engine/outcome.ts";
import { dataToError, type ErrorData } from "../error.ts";
import type { Stage } from "./messages.ts";
import type { MutationStages, SqlResult } from "./types.ts";

interface Deferred<Result> {
  promise: Promise<Result>;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

function defer<Result>(): Deferred<Result> {
  let resolve: (result: Result) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<Result>((onResult, onError) => {
    resolve = onResult;
    reject = onError;
  });
  // A stage that nobody awaits may fail without being an unhandled rejection.
  promise.catch(() => {});
  return { promise, resolve, reject };
}

const order: readonly Stage[] = ["applied", "durable", "accepted"];

export class StageSettler {
  private readonly applied = defer<Value>();
  private readonly durable = defer<void>();
  private readonly accepted = defer<void>();

  stages(): MutationStages<unknown> {
    return {
      applied: this.applied.promise,
      durable: this.durable.promise,
      accepted: this.accepted.promise,
    };
  }

  reached(stage: Stage, value: JSONValue): void {
    if (stage === "applied") this.applied.resolve(jsonToConvex(value));
    else this[stage].resolve();
  }

  // The stage and those behind it. A ConvexError's data, if the function threw one.
  failed(stage: Stage, error: ErrorData, data?: JSONValue): void {
    const thrown = data === undefined ? dataToError(error) : convexError(error.message, data);
    for (const later of order.slice(order.indexOf(stage))) this[later].reject(thrown);
  }
}

// What a query or an action gave, or throws what its caller is to catch.
export function resultOf(outcome: Outcome): Value {
  if (!outcome.ok) throw failureToError(outcome.failure);
  return jsonToConvex(JSON.parse(outcome.value) as JSONValue);
}

export function sqlResultOf(outcome: Outcome): SqlResult {
  return resultOf(outcome) as unknown as SqlResult;
}

// What a caller is to catch: the ConvexError that the function threw, or a SynclineError.
export function failureToError({ error, data, isConvexError }: Failure): Error {
  return isConvexError && data !== undefined
    ? convexError(error.message, data)
    : dataToError(error);
}

function convexError(message: string, data: JSONValue): ConvexError<Value> {
  const error = new ConvexError(jsonToConvex(data));
  error.message = message;
  return error;
}
