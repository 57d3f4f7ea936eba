// NoteEditor: CodeMirror on a note's text, with the cursors of the others who have it open.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { useConvex, useQuery } from "convex/react";
import { useEffect, useRef, useState } from "react";
import { remoteCursors, setRemoteCursors, sharedText } from "syncline/codemirror";
import { useSyncline } from "syncline/react";
import { useNotice } from "../../lib/src/notice.tsx";
import { toSentence } from "../../lib/src/sentence.ts";
import { finishBeforeLeaving } from "../../lib/src/unfinished.ts";
import { api } from "../convex/_generated/api.js";
import type { Id } from "../convex/_generated/dataModel.js";
import { CursorReports } from "./cursor-reports.ts";

// Who has not moved for this long is not drawn.
const goneAfterMs = 60_000;
const colors = ["#b4478f", "#2f7d4f", "#a25b1d", "#3a63c4", "#7a4fc0", "#99392f"];

function colorOf(email: string): string {
  let sum = 0;
  for (const character of email) sum += character.charCodeAt(0);
  return colors[sum % colors.length] ?? "#3a63c4";
}

interface Props {
  noteId: Id<"notes">;
  title: string;
  initial: string;
}

export function NoteEditor({ noteId, title, initial }: Props) {
  const convex = useConvex();
  const syncline = useSyncline();
  const notify = useNotice();
  const host = useRef<HTMLDivElement>(null);
  const firstText = useRef(initial);
  const [view, setView] = useState<EditorView | null>(null);

  useEffect(() => {
    if (host.current === null) return;
    const watched = convex.watchQuery(api.notes.body, { noteId });
    const shared = sharedText({
      read: () => watched.localQueryResult() ?? undefined,
      subscribe: (listener) => watched.onUpdate(listener),
      write: (changes, madeTo) => convex.mutation(api.notes.write, { noteId, changes, madeTo }),
      failed: (error) => notify(toSentence(error)),
    });
    const finished = finishBeforeLeaving(() => shared.idle());
    const isOnline = () => syncline.status().connection === "online";
    const reports = new CursorReports(
      (at) => convex.mutation(api.notes.setCursor, { noteId, at }),
      isOnline,
    );
    const stopWaking = syncline.onStatus(() => {
      if (isOnline()) reports.wake();
    });
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: firstText.current,
        extensions: [
          shared.extension,
          remoteCursors(),
          history(),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": `Text of ${title}` }),
          placeholder("Write here. Others who have this note open see it as you type."),
          EditorView.updateListener.of(({ docChanged, selectionSet, focusChanged, view: now }) => {
            if (!docChanged && !selectionSet && !focusChanged) return;
            const { anchor, head } = now.state.selection.main;
            if (now.hasFocus) reports.report({ anchor, head });
          }),
        ],
      }),
    });
    setView(editor);
    return () => {
      stopWaking();
      reports.end();
      editor.destroy();
      void shared.idle().finally(finished);
      setView(null);
    };
  }, [convex, syncline, noteId, notify, title]);

  return (
    <>
      <div ref={host} className="note-editor" />
      {view !== null && <OthersCursors noteId={noteId} view={view} />}
    </>
  );
}

// Hands the others' cursors to the editor, and names who is there.
function OthersCursors({ noteId, view }: { noteId: Id<"notes">; view: EditorView }) {
  const cursors = useQuery(api.notes.cursors, { noteId });
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), goneAfterMs / 4);
    return () => clearInterval(timer);
  }, []);
  const here = (cursors ?? []).filter(({ seenAt }) => seenAt > now - goneAfterMs);
  useEffect(() => {
    const drawn = here.map(({ _id, name, email, anchor, head }) => {
      return { id: _id, name, color: colorOf(email), anchor, head };
    });
    view.dispatch({ effects: setRemoteCursors.of(drawn) });
  });
  return (
    <p className="detail" aria-live="polite">
      {here.length === 0
        ? "Nobody else has this note open."
        : `Also here: ${here.map(({ name }) => name).join(", ")}`}
    </p>
  );
}
