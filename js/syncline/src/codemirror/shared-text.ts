// sharedText: keeps an editor and a text field the same while both change.
//
// Three texts are in play: the field's as the editor has taken it over (taken), what is on its way to the
// field (sent), and what was typed since (unsent); the editor shows all of them in a row. What comes from
// the field is compared with `taken`, moved behind what was typed meanwhile, and put into the editor, where
// selection, history and decorations move along as with any other change. An editor that is closed is not
// touched any more; what was typed into it is still written.
import { diff } from "@codemirror/merge";
import {
  Annotation,
  ChangeSet,
  type EditorState,
  type Extension,
  type Text,
  Transaction,
  type TransactionSpec,
} from "@codemirror/state";
import { ViewPlugin, type ViewUpdate } from "@codemirror/view";
import { SynclineError } from "../error.ts";
import { applyChanges, type TextChange, type TextVersion, textVersionOf } from "../text/changes.ts";
import { asEditorText, asFieldChanges } from "./line-breaks.ts";

/** Where the text lives: a live query and a mutation. */
export interface SharedTextSource {
  /** The field's present text; undefined while it is not known, or gone, which is also what an error means. */
  read(): string | undefined;
  /** Calls back whenever `read` may give another text. Returns what ends it. */
  subscribe(listener: () => void): () => void;
  /**
   * Writes the changes if the field's text is the one that they were made to (applyTextChanges); false if
   * it is not. When it resolves, `read` gives a text that knows of it.
   */
  write(changes: TextChange[], madeTo: TextVersion): Promise<boolean>;
  /** A write failed: it was refused, say. An editor that is open shows the field's text again. */
  failed?(error: unknown): void;
}

export interface SharedText {
  extension: Extension;
  /** Resolves when all that was typed has been written, or has failed; also after the editor was closed. */
  idle(): Promise<void>;
}

// A write that found another text is tried again when that text is here, or after a pause, which doubles.
const writesMax = 100;
const pauseMs = { first: 50, last: 5_000 };

const fromField = Annotation.define<boolean>();

function changesBetween(before: string, after: string): ChangeSet {
  const changes = diff(before, after).map(({ fromA, toA, fromB, toB }) => ({
    from: fromA,
    to: toA,
    insert: after.slice(fromB, toB),
  }));
  return ChangeSet.of(changes, before.length);
}

/** The part of an editor that this needs. */
interface View {
  readonly state: EditorState;
  dispatch(change: TransactionSpec): void;
}

/** Takes a step after so many milliseconds, unless what it returns is called before. */
export type Later = (step: () => void, ms: number) => () => void;

const byTimer: Later = (step, ms) => {
  const timer = setTimeout(step, ms);
  return () => clearTimeout(timer);
};

export class TextSync {
  // The field's text, and the same as the editor counts it.
  private field: string;
  private taken: Text;
  private sent: ChangeSet | null = null;
  private unsent: ChangeSet | null = null;
  private writing: Promise<void> | null = null;
  private endPause: () => void = () => {};
  private view: View | null;
  private readonly unsubscribe: () => void;

  constructor(
    view: View,
    private readonly source: SharedTextSource,
    private readonly later: Later = byTimer,
  ) {
    this.view = view;
    this.taken = view.state.doc;
    this.field = this.taken.toString();
    // An editor may not be changed while it tells of a change.
    const takeSoon = () => queueMicrotask(() => this.take());
    this.unsubscribe = source.subscribe(takeSoon);
    takeSoon();
  }

  /** Leaves the editor alone. Resolves when what was typed into it has been written, or has failed. */
  async stop(): Promise<void> {
    this.view = null;
    await this.idle();
    this.unsubscribe();
  }

  async idle(): Promise<void> {
    await this.writing;
  }

  /** To be called with each transaction that changed the editor's text. */
  typed(changes: ChangeSet): void {
    this.unsent = this.unsent === null ? changes : this.unsent.compose(changes);
    this.writing ??= this.writeAll();
  }

  private async writeAll(): Promise<void> {
    // An editor may not be changed while it tells of a change.
    await Promise.resolve();
    try {
      let writes = 0;
      while (this.unsent !== null) {
        this.take();
        writes++;
        if (await this.write(this.unsent, writes === writesMax)) {
          writes = 0;
        } else if ((this.read() ?? this.field) === this.field) {
          await this.pause(Math.min(pauseMs.first * 2 ** (writes - 1), pauseMs.last));
        }
      }
      this.take();
    } finally {
      this.writing = null;
    }
  }

  // False if the field has another text. REQUIRES: all that is unsent.
  private async write(sent: ChangeSet, isLast: boolean): Promise<boolean> {
    this.sent = sent;
    this.unsent = null;
    try {
      const changes = asFieldChanges(this.field, sent);
      const isWritten = await this.source.write(changes, textVersionOf(this.field));
      if (!isWritten && isLast) throw neverTheSame();
      this.sent = null;
      if (isWritten) {
        this.field = applyChanges(this.field, changes);
        this.taken = sent.apply(this.taken);
      } else {
        this.unsent = this.unsent === null ? sent : sent.compose(this.unsent);
      }
      return isWritten;
    } catch (error) {
      this.sent = null;
      this.giveUp(sent);
      this.source.failed?.(error);
      return true;
    }
  }

  // Until the field has another text, or the time has passed.
  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.later(resolve, ms);
      this.endPause = () => {
        cancel();
        resolve();
      };
    });
  }

  // Takes what could not be written out of the editor, and what was typed after it stays.
  private giveUp(sent: ChangeSet): void {
    const undo = sent.invert(this.taken);
    const after = this.unsent;
    this.unsent = after === null ? null : after.map(undo);
    this.change(after === null ? undo : undo.map(after, true));
  }

  // A live query that fails has no text; why is told by what shows its result.
  private read(): string | undefined {
    try {
      return this.source.read();
    } catch {
      return undefined;
    }
  }

  private take(): void {
    if (this.sent !== null) return;
    const text = this.read();
    if (text === undefined) return;
    const isOther = text !== this.field;
    this.field = text;
    const [before, after] = [this.taken.toString(), asEditorText(text)];
    if (before !== after) {
      const changes = changesBetween(before, after);
      const mine = this.unsent;
      this.taken = changes.apply(this.taken);
      // At one place what was typed here comes first: it goes on from what stands before it.
      this.unsent = mine === null ? null : mine.map(changes, true);
      this.change(mine === null ? changes : changes.map(mine));
    }
    if (isOther) this.endPause();
  }

  private change(changes: ChangeSet): void {
    this.view?.dispatch({
      changes,
      annotations: [
        fromField.of(true),
        Transaction.addToHistory.of(false),
        Transaction.remote.of(true),
      ],
    });
  }
}

function neverTheSame(): SynclineError {
  return new SynclineError(
    "conflict",
    `What was typed is not saved: ${writesMax} times the field had another text than the editor, for the live ` +
      "query does not follow it; see that `read` and `write` are of the same field",
  );
}

/** The extension that ties an editor to a text. Give the editor the field's text as its first document. */
export function sharedText(source: SharedTextSource): SharedText {
  const syncs = new Set<TextSync>();
  const extension = ViewPlugin.define((view) => {
    const sync = new TextSync(view, source);
    syncs.add(sync);
    return {
      update(update: ViewUpdate) {
        for (const transaction of update.transactions) {
          if (!transaction.docChanged || transaction.annotation(fromField)) continue;
          sync.typed(transaction.changes);
        }
      },
      destroy() {
        void sync.stop().finally(() => syncs.delete(sync));
      },
    };
  });
  return {
    extension,
    async idle() {
      await Promise.all([...syncs].map((sync) => sync.idle()));
    },
  };
}
