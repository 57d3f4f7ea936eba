// The editor and the text field stay the same, however typing, writes and what others type are interleaved, and
// what was typed into an editor that was closed is written.
import { expect, test } from "vitest";
import { textVersionOf } from "../text/changes.ts";
import { asEditorText } from "./line-breaks.ts";
import { Editor, Field, generator, type Random, Steps, settle } from "./testing.ts";

async function opened(text: string): Promise<{ field: Field; editor: Editor; steps: Steps }> {
  const steps = new Steps();
  const field = new Field(text, steps);
  const editor = new Editor(field);
  await settle();
  return { field, editor, steps };
}

// Characters that occur once, so that each can be found again; and line breaks of every kind.
const plain = "thequickbrownfxjmpdvlazy";
const broken = "the 😀quick\r\nbrown 😁fx\rjmpd\r\n😂v\nlazy 🙃\n";
const once = (text: string) => [...text].filter((character) => !/\s/u.test(character));

// One to three characters; not the half of a character or of a line break.
function randomRange(text: string, random: Random): [number, number] {
  const places = placesIn(text);
  const index = random(places.length);
  const from = places[index] ?? 0;
  return [from, places[index + 1 + random(3)] ?? from];
}

function placesIn(text: string): number[] {
  return [0, ...Array.from(text.matchAll(/\r\n|./gsu), (match) => match.index + match[0].length)];
}

// Two editors, others who write into the field, a live query that lags, refusals, and editors that are closed
// and opened again at any moment.
class Play {
  readonly steps = new Steps();
  readonly field: Field;
  private readonly written = new Set<string>();
  private readonly deleted = new Set<string>();
  private readonly open: Editor[];
  private readonly closed: Editor[] = [];
  private words = 0;

  constructor(
    private readonly random: Random,
    private readonly first: string,
  ) {
    this.note(this.written, first);
    this.field = new Field(first, this.steps);
    this.field.refuse = () => random(8) === 0;
    this.open = [new Editor(this.field), new Editor(this.field)];
  }

  async turn(): Promise<void> {
    const { random, field, steps } = this;
    const index = random(this.open.length);
    const editor = this.open[index] as Editor;
    switch (random(9)) {
      case 0:
      case 1: {
        const [at] = randomRange(editor.text, random);
        editor.type(at, at, this.word(["\n"]));
        break;
      }
      case 2: {
        const range = randomRange(editor.text, random);
        this.note(this.deleted, editor.text.slice(...range));
        editor.type(...range, "");
        break;
      }
      case 3: {
        const [at] = randomRange(field.text, random);
        const word = this.word(["\r", "\n", "\r\n"]);
        this.others(field.text.slice(0, at) + word + field.text.slice(at));
        break;
      }
      case 4: {
        const [from, to] = randomRange(field.text, random);
        this.note(this.deleted, field.text.slice(from, to));
        this.others(field.text.slice(0, from) + field.text.slice(to));
        break;
      }
      case 5:
        editor.close();
        this.closed.push(editor);
        this.open[index] = new Editor(field);
        break;
      default:
        await steps.run(random(steps.count));
    }
    if (random(2) === 0) await settle();
  }

  async end(): Promise<void> {
    await this.steps.runAll();
    for (const editor of this.closed) await editor.closed;
    const { text, refused, failures, listenerCount } = this.field;
    expect(failures).toHaveLength(refused.length);
    expect(listenerCount).toBe(this.open.length);
    for (const editor of this.open) expect(editor.text).toBe(asEditorText(text));
    const [mayLack, mayHave] = [new Set(this.deleted), new Set<string>()];
    for (const { before, changes } of refused) {
      for (const { from, to, insert } of changes) {
        this.note(mayLack, insert);
        this.note(mayHave, before.slice(from, to));
      }
    }
    const left = once(text);
    expect(new Set(left).size).toBe(left.length);
    for (const character of left) expect(this.written).toContain(character);
    for (const character of this.written) {
      if (!mayLack.has(character)) expect(left).toContain(character);
    }
    // Among characters that repeat, or are two units, a comparison of texts may take one for another.
    if (this.first !== plain) return;
    for (const character of this.deleted) {
      if (!mayHave.has(character)) expect(left).not.toContain(character);
    }
  }

  private others(text: string): void {
    if (this.random(2) === 0) this.field.set(text);
    else this.field.setUnseen(text);
  }
  private word(lineBreaks: string[]): string {
    const word = String.fromCharCode(0xe000 + this.words++);
    this.note(this.written, word);
    const isBroken = this.first !== plain && this.random(3) === 0;
    return isBroken ? word + lineBreaks[this.random(lineBreaks.length)] : word;
  }
  private note(set: Set<string>, text: string): void {
    for (const character of once(text)) set.add(character);
  }
}

test.each([
  ["a plain text", plain],
  ["a text with emoji and line breaks of all kinds", broken],
])("in %s nothing typed is lost, and all see the same", async (_name, first) => {
  for (let seed = 1; seed <= 300; seed++) {
    const play = new Play(generator(seed), first);
    try {
      for (let turn = 0; turn < 60; turn++) await play.turn();
      await play.end();
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});

test("of characters that repeat none is lost and none comes twice", async () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = generator(seed);
    const { field, editor, steps } = await opened("a b a");
    const editors = [editor, new Editor(field)];
    let length = field.text.length;
    for (let turn = 0; turn < 60; turn++) {
      const letter = "ab "[random(3)] ?? "";
      const { text } = field;
      switch (random(5)) {
        case 0: {
          const at = random(text.length + 1);
          field.setUnseen(text.slice(0, at) + letter + text.slice(at));
          length++;
          break;
        }
        case 1:
        case 2: {
          const typist = editors[random(2)] as Editor;
          const at = random(typist.text.length + 1);
          typist.type(at, at, letter);
          length++;
          break;
        }
        default:
          await steps.run(random(steps.count));
      }
    }
    await steps.runAll();
    expect(field.text, `seed ${seed}`).toHaveLength(length);
    for (const { text } of editors) expect(text, `seed ${seed}`).toBe(field.text);
  }
});

test("what is typed into a text with \\r\\n is written once, and the rest of the text stays", async () => {
  const { field, editor, steps } = await opened("one\r\ntwo\rthree");
  editor.type(7, 7, "!\n");
  await steps.runAll();
  expect(field.text).toBe("one\r\ntwo!\r\n\rthree");
  expect(editor.text).toBe("one\ntwo!\n\nthree");
  expect(field.writes).toBe(1);
});

test("a write that found another text waits until the live query shows it", async () => {
  const { field, editor, steps } = await opened("base");
  field.text = "base, changed";
  editor.type(0, 0, "typed ");
  await settle();
  await steps.run();
  expect(field.writes).toBe(1);
  field.show();
  await settle();
  expect(field.writes).toBe(2);
  await steps.runAll();
  expect(field.text).toBe("typed base, changed");
  expect(editor.text).toBe(field.text);
});

test("a write that found another text is tried again after a pause, if that text was gone before it was shown", async () => {
  const { field, editor, steps } = await opened("base");
  field.text = "other";
  editor.type(4, 4, "!");
  await settle();
  await steps.run();
  field.text = "base";
  expect(steps.count).toBe(1);
  await steps.runAll();
  expect(field.text).toBe("base!");
});

test("a field that never has the editor's text is given up after 100 writes, with a sentence", async () => {
  const { field, editor, steps } = await opened("shown");
  field.text = "another field's";
  editor.type(0, 0, "typed ");
  await steps.runAll();
  expect(field.writes).toBe(100);
  expect(field.failures).toEqual([
    expect.objectContaining({ code: "conflict", message: expect.stringMatching(/not saved/) }),
  ]);
  expect(editor.text).toBe("shown");
});

test("what is typed while the live query fails is written, and what it shows later is taken", async () => {
  const { field, editor, steps } = await opened("base");
  const read = field.read;
  field.read = () => {
    throw new Error("no such row for you");
  };
  editor.type(4, 4, "!");
  await steps.runAll();
  expect(field.text).toBe("base!");
  field.read = read;
  field.set("a base!");
  await settle();
  expect(editor.text).toBe("a base!");
});

test("a write that is refused leaves the editor; what was typed after it stays and is written", async () => {
  const { field, editor, steps } = await opened("base");
  field.refuse = () => true;
  editor.type(4, 4, " refused");
  await settle();
  editor.type(0, 0, "kept ");
  editor.type(17, 17, " too");
  await steps.run();
  expect(field.failures).toHaveLength(1);
  expect(editor.text).toBe("kept base too");
  field.refuse = () => false;
  await steps.runAll();
  expect(field.text).toBe("kept base too");
  expect(editor.text).toBe("kept base too");
});

test("what is typed goes on behind one's own words, also if others' words came in right there", async () => {
  const { field, editor, steps } = await opened("I say");
  editor.type(5, 5, " he");
  editor.dispatch({ selection: { anchor: 8 } });
  await settle();
  // The first write is on its way: what comes meanwhile waits for it.
  editor.type(8, 8, "llo");
  await steps.run();
  field.set("I say he and you?");
  await steps.run();
  expect(editor.text).toBe("I say hello and you?");
});

test("the cursor stays where it was in the text when others type before it", async () => {
  const { field, editor } = await opened("hello world");
  editor.dispatch({ selection: { anchor: 6 } });
  field.set("oh, hello big world");
  await settle();
  expect(editor.text).toBe("oh, hello big world");
  expect(editor.text.slice(editor.state.selection.main.head)).toMatch(/^(big )?world$/);
});

test("what was typed in the very moment before the editor was closed is written", async () => {
  const { field, editor, steps } = await opened("base");
  editor.type(4, 4, " typed");
  editor.close();
  await steps.runAll();
  await editor.closed;
  expect(field.text).toBe("base typed");
  expect(field.listenerCount).toBe(0);
});

test("what was typed while a write was on its way is written after the editor was closed", async () => {
  const { field, editor, steps } = await opened("");
  editor.type(0, 0, "a");
  await settle();
  editor.type(1, 1, "b");
  editor.close();
  await steps.runAll();
  await editor.closed;
  expect(field.text).toBe("ab");
});

test("what found another text after the editor was closed is brought up to date and written", async () => {
  const { field, editor, steps } = await opened("base");
  editor.type(4, 4, " typed");
  await settle();
  field.setUnseen("a base");
  editor.close();
  await steps.runAll();
  await editor.closed;
  expect(field.text).toBe("a base typed");
});

test("versions tell texts apart that differ in one unit", () => {
  expect(textVersionOf("abc")).not.toEqual(textVersionOf("abd"));
  expect(textVersionOf("")).toEqual({ length: 0, hash: 0x811c9dc5 });
});
