// Remote cursors: where others stand in the text, drawn with their name and colour. Between two reports of
// somebody's cursor it moves with the text around it.
import { type Extension, StateEffect, StateField, type Text } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  ViewPlugin,
  WidgetType,
} from "@codemirror/view";

/** Offsets in UTF-16 units; what lies beyond the text is drawn at its end. */
export interface RemoteCursor {
  id: string;
  name: string;
  /** A CSS colour. */
  color: string;
  anchor: number;
  head: number;
}

/** Says where the others stand now; who is not named is gone. */
export const setRemoteCursors = StateEffect.define<readonly RemoteCursor[]>();

// Keeps a word in one line where a caret stands in it.
const wordJoiner = "\u2060";

class CaretWidget extends WidgetType {
  constructor(
    private readonly name: string,
    private readonly color: string,
  ) {
    super();
  }
  override eq(other: CaretWidget): boolean {
    return other.name === this.name && other.color === this.color;
  }
  override toDOM(): HTMLElement {
    const caret = document.createElement("span");
    caret.className = "cm-remote-caret";
    caret.style.borderColor = this.color;
    const label = document.createElement("span");
    label.className = "cm-remote-name";
    label.style.backgroundColor = this.color;
    label.textContent = this.name;
    label.setAttribute("aria-hidden", "true");
    caret.append(wordJoiner, label, wordJoiner);
    return caret;
  }
  override ignoreEvent(): boolean {
    return true;
  }
}

function draw(cursors: readonly RemoteCursor[], text: Text): DecorationSet {
  const within = (offset: number) => Math.max(0, Math.min(offset, text.length));
  const drawn = cursors.flatMap(({ name, color, anchor, head }) => {
    const at = within(head);
    const caret = Decoration.widget({ widget: new CaretWidget(name, color), side: 1 }).range(at);
    const [from, to] = [Math.min(within(anchor), at), Math.max(within(anchor), at)];
    if (from === to) return [caret];
    const style = `background-color: color-mix(in srgb, ${color} 25%, transparent)`;
    return [Decoration.mark({ attributes: { style } }).range(from, to), caret];
  });
  return Decoration.set(drawn, true);
}

const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(drawn, transaction) {
    let now = drawn.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setRemoteCursors)) now = draw(effect.value, transaction.newDoc);
    }
    return now;
  },
  provide: (drawn) => EditorView.decorations.from(drawn),
});

// A name stands to the right of its caret, and further to the left where it would be cut off at the edge.
const namesInView = ViewPlugin.define((view) => {
  const request = {
    key: "syncline remote names",
    read() {
      const { scrollDOM } = view;
      const edge = scrollDOM.getBoundingClientRect().left + scrollDOM.clientWidth;
      const names = [...view.contentDOM.querySelectorAll<HTMLElement>(".cm-remote-name")];
      return names.map((name) => {
        const { right, width } = name.getBoundingClientRect();
        const shift = Number.parseFloat(name.style.marginLeft) || 0;
        return { name, shift: -Math.max(0, Math.min(Math.ceil(right - shift - edge), width)) };
      });
    },
    write(places: { name: HTMLElement; shift: number }[]) {
      for (const { name, shift } of places) name.style.marginLeft = `${shift}px`;
    },
  };
  view.requestMeasure(request);
  return { update: () => view.requestMeasure(request) };
});

const theme = EditorView.baseTheme({
  ".cm-remote-caret": {
    position: "relative",
    borderLeft: "2px solid",
    marginLeft: "-1px",
    marginRight: "-1px",
  },
  ".cm-remote-name": {
    position: "absolute",
    top: "-1.3em",
    left: "-2px",
    padding: "0 0.35em",
    borderRadius: "3px 3px 3px 0",
    color: "#fff",
    fontSize: "0.7em",
    lineHeight: "1.5",
    whiteSpace: "nowrap",
    pointerEvents: "none",
    zIndex: "1",
  },
});

/** Draws the cursors that setRemoteCursors names. */
export function remoteCursors(): Extension {
  return [field, namesInView, theme];
}
