// sharedText: keeps an editor and a text field the same while both change.
//
// Three texts are in play: the field's as the editor has taken it over (taken), what is on its way to the
// field (sent), and what was typed since (unsent); the editor shows all of them in a row. What comes from
// the field is compared with `taken`, moved behind what was typed meanwhile, and put into the editor, where
// selection, history and decorations move along as with any other change.
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
import { type TextChange, type TextVersion, textVersionOf } from "../text/changes.ts";

/** Where the text lives: a live query and a mutation. */
export interface SharedTextSource {
  /** The field's present text; undefined while it is not known, or gone. */
  read(): string | undefined;
  /** Calls back whenever `read` may give another text. Returns what ends it. */
  subscribe(listener: () => void): () => void;
  /**
   * Writes the changes if the field's text is the one that they were made to (applyTextChanges); false if
   * it is not. When it resolves, `read` gives a text that knows of it.
   */
  write(changes: TextChange[], madeTo: TextVersion): Promise<boolean>;
  /** A write failed: it was refused, say. The editor shows the field's text again. */
  failed?(error: unknown): void;
}

export interface SharedText {
  extension: Extension;
}

const fromField = Annotation.define<boolean>();

function changesBetween(before: string, after: string): ChangeSet {
  const changes = diff(before, after).map(({ fromA, toA, fromB, toB }) => ({
    from: fromA,
    to: toA,
    insert: after.slice(fromB, toB),
  }));
  return ChangeSet.of(changes, before.length);
}

function asTextChanges(changes: ChangeSet): TextChange[] {
  const list: TextChange[] = [];
  changes.iterChanges((from, to, _fromB, _toB, insert: Text) => {
    list.push({ from, to, insert: insert.toString() });
  });
  return list;
}

/** The part of an editor that this needs. */
interface View {
  readonly state: EditorState;
  dispatch(change: TransactionSpec): void;
}

export class TextSync {
  private taken: Text;
  private sent: ChangeSet | null = null;
  private unsent: ChangeSet | null = null;
  private stopped = false;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly view: View,
    private readonly source: SharedTextSource,
  ) {
    this.taken = view.state.doc;
    this.unsubscribe = source.subscribe(() => this.whenIdle(() => this.take()));
    this.whenIdle(() => this.take());
  }

  stop(): void {
    this.stopped = true;
    this.unsubscribe();
  }

  /** To be called with each transaction that changed the editor's text. */
  typed(changes: ChangeSet): void {
    this.unsent = this.unsent === null ? changes : this.unsent.compose(changes);
    this.whenIdle(() => void this.send());
  }

  // An editor may not be changed while it tells of a change.
  private whenIdle(step: () => void): void {
    queueMicrotask(() => {
      if (!this.stopped) step();
    });
  }

  private async send(): Promise<void> {
    if (this.sent !== null || this.unsent === null) return;
    const sent = this.unsent;
    this.sent = sent;
    this.unsent = null;
    try {
      const madeTo = textVersionOf(this.taken.toString());
      const written = await this.source.write(asTextChanges(sent), madeTo);
      if (this.stopped) return;
      this.sent = null;
      if (written) {
        this.taken = sent.apply(this.taken);
      } else {
        this.unsent = this.unsent === null ? sent : sent.compose(this.unsent);
      }
    } catch (error) {
      if (this.stopped) return;
      this.sent = null;
      this.giveUp(sent);
      this.source.failed?.(error);
    }
    this.take();
    await this.send();
  }

  // Takes what could not be written out of the editor, and what was typed after it stays.
  private giveUp(sent: ChangeSet): void {
    const undo = sent.invert(this.taken);
    const after = this.unsent;
    this.unsent = after === null ? null : after.map(undo);
    this.change(after === null ? undo : undo.map(after, true));
  }

  private take(): void {
    if (this.sent !== null) return;
    const text = this.source.read();
    if (text === undefined) return;
    const before = this.taken.toString();
    if (text === before) return;
    const changes = changesBetween(before, text);
    const mine = this.unsent;
    this.taken = changes.apply(this.taken);
    // At one place what was typed here comes first: it goes on from what stands before it.
    this.unsent = mine === null ? null : mine.map(changes, true);
    this.change(mine === null ? changes : changes.map(mine));
  }

  private change(changes: ChangeSet): void {
    this.view.dispatch({
      changes,
      annotations: [
        fromField.of(true),
        Transaction.addToHistory.of(false),
        Transaction.remote.of(true),
      ],
    });
  }
}

/** The extension that ties an editor to a text. Give the editor the field's text as its first document. */
export function sharedText(source: SharedTextSource): SharedText {
  const plugin = ViewPlugin.define((view) => {
    const sync = new TextSync(view, source);
    return {
      update(update: ViewUpdate) {
        for (const transaction of update.transactions) {
          if (!transaction.docChanged || transaction.annotation(fromField)) continue;
          sync.typed(transaction.changes);
        }
      },
      destroy() {
        sync.stop();
      },
    };
  });
  return { extension: plugin };
}
