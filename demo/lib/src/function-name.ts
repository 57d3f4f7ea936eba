// What a person calls a function, also one that was undone.
export type NameByPath = Readonly<Record<string, string>>;

export function functionName(nameByPath: NameByPath, path: string): string {
  const [, step, rest] = /^(undo|redo):(.*:.*)$/.exec(path) ?? [];
  if (rest === undefined) return nameByPath[path] ?? path;
  return `${step === "undo" ? "Undo" : "Redo"}: ${functionName(nameByPath, rest)}`;
}
