// Sentences: what went wrong, as a person reads it.
import { ConvexError } from "convex/values";

/** The message a function threw, without what the client writes around it. */
export function toSentence(error: unknown): string {
  const first = textOf(error).split("\n")[0]?.trim() ?? "";
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

// A ConvexError says it in its data: as text, or as the field "message".
function textOf(error: unknown): string {
  if (error instanceof ConvexError) {
    const data: unknown = error.data;
    if (typeof data === "string") return data;
    const message = (data as { message?: unknown } | null)?.message;
    if (typeof message === "string") return message;
  }
  const text = error instanceof Error ? error.message : String(error);
  return /Uncaught (?:\w*Error: )?(.*)/.exec(text)?.[1] ?? text;
}
