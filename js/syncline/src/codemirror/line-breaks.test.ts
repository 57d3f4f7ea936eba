// An editor counts every line break as one; the field's text keeps what it has.
import { EditorState } from "@codemirror/state";
import { expect, test } from "vitest";
import { applyChanges } from "../text/changes.ts";
import { asEditorText, asFieldChanges } from "./line-breaks.ts";
import { generator, type Random } from "./testing.ts";

function edited(text: string, from: number, to: number, insert: string): string {
  const { changes } = EditorState.create({ doc: text }).update({ changes: { from, to, insert } });
  return applyChanges(text, asFieldChanges(text, changes));
}

test("offsets behind \\r\\n are the field's", () => {
  expect(edited("one\r\ntwo\r\nthree", 8, 9, "T")).toBe("one\r\ntwo\r\nThree");
  expect(edited("one\r\ntwo", 3, 4, " ")).toBe("one two");
  expect(edited("one\rtwo\nthree", 8, 8, "& ")).toBe("one\rtwo\n& three");
});

test("a line that is broken in a text with \\r\\n is broken by \\r\\n", () => {
  expect(edited("one\r\ntwo", 7, 7, "\nthree")).toBe("one\r\ntwo\r\nthree");
  expect(edited("one\ntwo", 7, 7, "\nthree")).toBe("one\ntwo\nthree");
});

test("two line breaks do not become one when \\r and \\n come to stand side by side", () => {
  expect(asEditorText(edited("a\rb", 2, 2, "\n"))).toBe("a\n\nb");
  expect(asEditorText(edited("a\rx\nb", 2, 3, ""))).toBe("a\n\nb");
});

function pieces(random: Random, count: number): string {
  const alphabet = ["a", "b", "😀", "\r", "\n", "\r\n"];
  return Array.from({ length: random(count) }, () => alphabet[random(6)]).join("");
}

test("the field's text, as an editor has it, is what the editor shows after any changes", () => {
  const random = generator(7);
  for (let round = 0; round < 20_000; round++) {
    const text = pieces(random, 12);
    const state = EditorState.create({ doc: text });
    const changes = Array.from({ length: 1 + random(3) }, () => {
      const from = random(state.doc.length + 1);
      return { from, to: from + random(state.doc.length - from + 1), insert: pieces(random, 4) };
    });
    // The second is of the text after the first, and so on.
    const all = changes.reduce((made, { from, to, insert }) => {
      const length = made.newLength;
      const next = { from: Math.min(from, length), to: Math.min(to, length), insert };
      return made.compose(state.update({ changes: made }).state.changes(next));
    }, state.changes([]));
    const field = applyChanges(text, asFieldChanges(text, all));
    expect(asEditorText(field), JSON.stringify({ text, changes })).toBe(
      all.apply(state.doc).toString(),
    );
  }
});
