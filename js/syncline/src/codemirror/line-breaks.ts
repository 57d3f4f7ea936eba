// Line breaks: an editor counts each as one unit, and a field may hold \r\n or \r. The field keeps its own, and
// what is typed into a text with \r\n gets \r\n.
import type { ChangeSet, Text } from "@codemirror/state";
import type { TextChange } from "../text/changes.ts";

/** A field's text as an editor has it. */
export function asEditorText(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

/**
 * An editor's changes as changes of the field's text: asEditorText of what they make of it is what the editor
 * shows. REQUIRES: they were made to asEditorText(text).
 */
export function asFieldChanges(text: string, changes: ChangeSet): TextChange[] {
  const lineBreak = text.includes("\r\n") ? "\r\n" : "\n";
  const list: TextChange[] = [];
  let pair = text.indexOf("\r\n");
  let passed = 0;
  // REQUIRES: ascending offsets.
  const inField = (offset: number) => {
    while (pair >= 0 && pair - passed < offset) {
      passed++;
      pair = text.indexOf("\r\n", pair + 2);
    }
    return offset + passed;
  };
  changes.iterChanges((editorFrom, editorTo, _fromB, _toB, inserted: Text) => {
    const from = inField(editorFrom);
    let to = inField(editorTo);
    let insert = inserted.toString().replaceAll("\n", lineBreak);
    // A \r and a \n that come to stand side by side would be one line break where the editor has two.
    if (text[from - 1] === "\r") {
      if (insert === "" && to > from && text[to] === "\n") insert = text[to++] ?? "";
      if (insert.startsWith("\n")) insert = `\r${insert}`;
    }
    list.push({ from, to, insert });
  });
  return list;
}
