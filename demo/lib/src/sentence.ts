// Sentences: what went wrong, as a person reads it.
/** The message a function threw, without what the client writes around it. */
export function toSentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const thrown = /Uncaught (?:\w*Error: )?(.*)/.exec(text)?.[1] ?? text;
  const first = thrown.split("\n")[0]?.trim() ?? "";
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
