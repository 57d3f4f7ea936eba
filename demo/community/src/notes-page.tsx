// NotesPage: the community's notes, and the open one in an editor that all who are here share.
import { useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { type FormEvent, useState } from "react";
import { go, useAddressField } from "../../lib/src/address.ts";
import { Icon } from "../../lib/src/icons.tsx";
import { Skeleton } from "../../lib/src/skeleton.tsx";
import { useWrite } from "../../lib/src/use-write.ts";
import { api } from "../convex/_generated/api.js";
import { useMembership } from "./membership.ts";
import { NoteEditor } from "./note-editor.tsx";

type Note = FunctionReturnType<typeof api.notes.list>[number];

export function NotesPage() {
  const { community } = useMembership();
  const notes = useQuery(api.notes.list, { communityId: community._id });
  const wanted = useAddressField("note");
  if (notes === undefined) return <Skeleton rows={4} />;
  const open = notes.find(({ _id }) => _id === wanted) ?? notes[0];
  return (
    <div className="notes">
      <aside className="column">
        <NoteList notes={notes} open={open} />
        <NewNote />
      </aside>
      {open === undefined ? (
        <p className="empty">There is no note yet. Begin one, and others can write along.</p>
      ) : (
        <OpenNote key={open._id} note={open} />
      )}
    </div>
  );
}

function NoteList({ notes, open }: { notes: readonly Note[]; open: Note | undefined }) {
  if (notes.length === 0) return null;
  return (
    <nav className="card note-list" aria-label="Notes">
      {notes.map(({ _id, title }) => (
        <button
          key={_id}
          type="button"
          aria-current={_id === open?._id ? "page" : undefined}
          onClick={() => go({ note: _id })}
        >
          {title}
        </button>
      ))}
    </nav>
  );
}

function NewNote() {
  const { community } = useMembership();
  const create = useWrite(api.notes.create);
  const [title, setTitle] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await create({ communityId: community._id, title })) setTitle("");
  };
  return (
    <form className="card write" onSubmit={submit}>
      <label className="field">
        New note
        <input
          required
          maxLength={120}
          placeholder="Its title"
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
      </label>
      <button type="submit" className="button">
        Begin a note
      </button>
    </form>
  );
}

function OpenNote({ note }: { note: Note }) {
  const body = useQuery(api.notes.body, { noteId: note._id });
  const remove = useWrite(api.notes.remove);
  return (
    <section className="card note" aria-label={note.title}>
      <header>
        <h2>{note.title}</h2>
        <button
          type="button"
          className="icon-button"
          aria-label={`Delete the note: ${note.title}`}
          title="Delete the note"
          onClick={() => void remove({ noteId: note._id })}
        >
          <Icon name="remove" />
        </button>
      </header>
      {/* The editor begins with the text, and follows it by itself from then on. */}
      {typeof body === "string" ? (
        <NoteEditor noteId={note._id} title={note.title} initial={body} />
      ) : (
        <Skeleton rows={4} />
      )}
    </section>
  );
}
