// In which scope a mutation can be undone: the application says, of each call, whichever way it is made.
import { type JSONValue, jsonToConvex, type Value } from "convex/values";
import { canonicalPath } from "../engine/address.ts";
import { callSafely } from "./call-safely.ts";
import type { MutationOptions, UndoScope, UndoState } from "./types.ts";

// Null where the application throws, which is reported.
export function scopeOf(undo: UndoScope | undefined, path: string, args: JSONValue): string | null {
  let scope: string | null = null;
  if (undo) {
    callSafely(() => {
      scope = undo(canonicalPath(path), jsonToConvex(args) as Record<string, Value>);
    });
  }
  return scope;
}

// A call's options with the scope that the application says, unless they say it themselves.
export function withUndo(
  undo: UndoScope | undefined,
  options: MutationOptions,
  call: { path: string; args: JSONValue } | undefined,
): MutationOptions {
  if (options.undo !== undefined || !call) return options;
  return { ...options, undo: scopeOf(undo, call.path, call.args) };
}

// Of a message of a Convex client, of which only mutations matter.
export function scopeOfMessage(undo: UndoScope | undefined, text: string): string | null {
  if (!undo || !text.includes('"Mutation"')) return null;
  const message = JSON.parse(text) as { type: string; udfPath: string; args: JSONValue[] };
  if (message.type !== "Mutation") return null;
  return scopeOf(undo, message.udfPath, message.args[0] ?? {});
}

// The first state that somebody who watches is told.
export function firstState(
  watch: (callback: (state: UndoState) => void) => () => void,
): Promise<UndoState> {
  return new Promise((resolve) => {
    const stop = watch((state) => {
      queueMicrotask(() => stop());
      resolve(state);
    });
  });
}
