// What the tests of the editor binding stand on: a field and editors whose every step waits to be let happen.
import { EditorState, type TransactionSpec } from "@codemirror/state";
import { applyTextChanges, type TextChange, type TextVersion } from "../text/changes.ts";
import { type SharedTextSource, TextSync } from "./shared-text.ts";

/** A number from 0 up to, but without, the bound. */
export type Random = (below: number) => number;

export function generator(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x100000000) * below);
  };
}

/** Lets everything happen that waits for nothing but a turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** Steps that wait until the test lets one happen. */
export class Steps {
  private waiting: (() => void)[] = [];
  get count(): number {
    return this.waiting.length;
  }
  next(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }
  /** A pause is over when the test says so. */
  readonly later = (step: () => void): (() => void) => {
    this.waiting.push(step);
    return () => {
      this.waiting = this.waiting.filter((other) => other !== step);
    };
  };
  async run(index = 0): Promise<void> {
    this.waiting.splice(index, 1)[0]?.();
    await settle();
  }
  async runAll(): Promise<void> {
    await settle();
    for (let left = 10_000; this.count > 0; left--) {
      if (left === 0) throw new Error("the steps do not come to an end");
      await this.run();
    }
  }
}

/** A row's field, and the live query that shows it, at once or later. */
export class Field implements SharedTextSource {
  shown: string;
  writes = 0;
  refuse: () => boolean = () => false;
  /** What was refused of which text. */
  readonly refused: { before: string; changes: TextChange[] }[] = [];
  readonly failures: unknown[] = [];
  private readonly listeners = new Set<() => void>();
  constructor(
    public text: string,
    readonly steps: Steps,
  ) {
    this.shown = text;
  }
  get listenerCount(): number {
    return this.listeners.size;
  }
  read(): string {
    return this.shown;
  }
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  async write(changes: TextChange[], madeTo: TextVersion): Promise<boolean> {
    this.writes++;
    await this.steps.next();
    const text = applyTextChanges(this.text, changes, madeTo);
    if (text === null) return false;
    if (this.refuse()) {
      this.refused.push({ before: this.text, changes });
      throw new Error("refused");
    }
    this.text = text;
    await this.steps.next();
    this.show();
    return true;
  }
  failed(error: unknown): void {
    this.failures.push(error);
  }
  show(): void {
    this.shown = this.text;
    for (const listener of this.listeners) listener();
  }
  /** Somebody else has written. */
  set(text: string): void {
    this.text = text;
    this.show();
  }
  /** Somebody else has written, and the live query tells of it later. */
  setUnseen(text: string): void {
    this.text = text;
    void this.steps.next().then(() => this.show());
  }
}

export class Editor {
  state: EditorState;
  /** Since it was closed: when all that was typed had been written. */
  closed: Promise<void> | null = null;
  private readonly sync: TextSync;
  constructor(field: Field) {
    this.state = EditorState.create({ doc: field.read() });
    this.sync = new TextSync(this, field, field.steps.later);
  }
  dispatch(spec: TransactionSpec): void {
    if (this.closed !== null) throw new Error("an editor that is closed was changed");
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
  close(): void {
    this.closed = this.sync.stop();
  }
}
