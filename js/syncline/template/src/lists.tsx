// Lists: the person's lists beside the one that is open.
import { useMutation, useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../convex/_generated/api.js";
import { AddForm } from "./add-form.tsx";
import { List } from "./list.tsx";
import type { Person } from "./person.ts";
import { Refused, SyncState } from "./sync-state.tsx";

export function Lists({ person, onLeave }: { person: Person; onLeave: () => void }) {
  const lists = useQuery(api.lists.mine);
  const create = useMutation(api.lists.create);
  const [chosen, setChosen] = useState<string | null>(null);
  const open = lists?.find((list) => list._id === chosen) ?? lists?.[0];
  return (
    <>
      <header>
        <img src="/icon.svg" alt="" width="28" height="28" />
        <h1>Lists</h1>
        <SyncState />
        <button type="button" className="quiet" onClick={onLeave} title={person.email}>
          Sign out {person.name}
        </button>
      </header>
      <Refused />
      <div className="columns">
        <nav aria-label="Lists">
          {lists?.map((list) => (
            <button
              key={list._id}
              type="button"
              aria-current={list === open ? "page" : undefined}
              onClick={() => setChosen(list._id)}
            >
              {list.name}
              <span className="count">{list.left}</span>
            </button>
          ))}
          <AddForm label="New list" onAdd={async (name) => setChosen(await create({ name }))} />
        </nav>
        <main>
          {open && <List key={open._id} list={open} />}
          {lists?.length === 0 && (
            <p className="empty">
              Begin with a list: name it on the left, then share it with others.
            </p>
          )}
        </main>
      </div>
    </>
  );
}
