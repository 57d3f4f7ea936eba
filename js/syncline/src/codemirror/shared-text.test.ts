// The editor and the text field stay the same, however typing, writes and what others type are interleaved.
import { EditorState, type TransactionSpec } from "@codemirror/state";
import { expect, test } from "vitest";
import {
  applyTextChanges,
  type TextChange,
  type TextVersion,
  textVersionOf,
} from "../text/changes.ts";
import { type SharedTextSource, TextSync } from "./shared-text.ts";

// Steps that wait until the test lets one happen.
class Steps {
  private readonly waiting: (() => void)[] = [];
  get count(): number {
    return this.waiting.length;
  }
  next(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }
  async run(): Promise<void> {
    this.waiting.shift()?.();
    await settle();
  }
}

// Lets everything happen that waits for nothing but a turn.
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

class Field implements SharedTextSource {
  refuse = false;
  failures: unknown[] = [];
  private listener: () => void = () => {};
  constructor(
    public text: string,
    readonly steps: Steps,
  ) {}
  read(): string {
    return this.text;
  }
  subscribe(listener: () => void): () => void {
    this.listener = listener;
    return () => {};
  }
  async write(changes: TextChange[], madeTo: TextVersion): Promise<boolean> {
    await this.steps.next();
    if (this.refuse) throw new Error("refused");
    const text = applyTextChanges(this.text, changes, madeTo);
    if (text === null) return false;
    this.set(text);
    await this.steps.next();
    return true;
  }
  failed(error: unknown): void {
    this.failures.push(error);
  }
  set(text: string): void {
    this.text = text;
    this.listener();
  }
}

class Editor {
  state: EditorState;
  private readonly sync: TextSync;
  constructor(field: Field) {
    this.state = EditorState.create({ doc: field.text });
    this.sync = new TextSync(this, field);
  }
  dispatch(spec: TransactionSpec): void {
    this.state = this.state.update(spec).state;
  }
  get text(): string {
    return this.state.doc.toString();
  }
  type(from: number, to: number, insert: string): void {
    const transaction = this.state.update({ changes: { from, to, insert } });
    this.state = transaction.state;
    this.sync.typed(transaction.changes);
  }
}

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x100000000) * below);
  };
}

test("what is typed while a write is on its way, and what others type, all stay", async () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = generator(seed);
    const steps = new Steps();
    const field = new Field("the quick brown fox", steps);
    const editor = new Editor(field);
    await settle();
    const typed: string[] = [];
    for (let turn = 0; turn < 40; turn++) {
      const word = `<${seed}.${turn}>`;
      switch (random(4)) {
        case 0: {
          const at = random(editor.text.length + 1);
          // Between words, so that each can be found again.
          const place = editor.text.indexOf(" ", at) < 0 ? 0 : editor.text.indexOf(" ", at);
          editor.type(place, place, word);
          typed.push(word);
          break;
        }
        case 1: {
          const at = random(field.text.length + 1);
          const place = field.text.indexOf(" ", at) < 0 ? 0 : field.text.indexOf(" ", at);
          field.set(field.text.slice(0, place) + word + field.text.slice(place));
          typed.push(word);
          break;
        }
        default:
          await steps.run();
      }
      if (random(2) === 0) await settle();
    }
    await settle();
    while (steps.count > 0) await steps.run();
    expect(editor.text, `seed ${seed}`).toBe(field.text);
    for (const word of typed) expect(field.text, `seed ${seed}`).toContain(word);
  }
});

test("a write that is refused leaves the editor; what was typed after it stays and is written", async () => {
  const steps = new Steps();
  const field = new Field("base", steps);
  const editor = new Editor(field);
  await settle();
  field.refuse = true;
  editor.type(4, 4, " refused");
  await settle();
  editor.type(0, 0, "kept ");
  editor.type(17, 17, " too");
  await steps.run();
  expect(field.failures).toHaveLength(1);
  expect(editor.text).toBe("kept base too");
  field.refuse = false;
  while (steps.count > 0) await steps.run();
  expect(field.text).toBe("kept base too");
  expect(editor.text).toBe("kept base too");
});

test("what is typed goes on behind one's own words, also if others' words came in right there", async () => {
  const field = new Field("I say", new Steps());
  const editor = new Editor(field);
  await settle();
  editor.type(5, 5, " he");
  editor.dispatch({ selection: { anchor: 8 } });
  await settle();
  // The first write is on its way: what comes meanwhile waits for it.
  editor.type(8, 8, "llo");
  const steps = field.steps;
  await steps.run();
  field.set("I say he and you?");
  await steps.run();
  expect(editor.text).toBe("I say hello and you?");
});

test("the cursor stays where it was in the text when others type before it", async () => {
  const field = new Field("hello world", new Steps());
  const editor = new Editor(field);
  await settle();
  editor.dispatch({ selection: { anchor: 6 } });
  field.set("oh, hello big world");
  await settle();
  expect(editor.text).toBe("oh, hello big world");
  expect(editor.text.slice(editor.state.selection.main.head)).toMatch(/^(big )?world$/);
});

test("versions tell texts apart that differ in one unit", () => {
  expect(textVersionOf("abc")).not.toEqual(textVersionOf("abd"));
  expect(textVersionOf("")).toEqual({ length: 0, hash: 0x811c9dc5 });
});
