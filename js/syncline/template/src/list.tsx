// List: its tasks, and who shares it.
import { useMutation, useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { api } from "../convex/_generated/api.js";
import { AddForm } from "./add-form.tsx";

type OpenList = FunctionReturnType<typeof api.lists.mine>[number];

export function List({ list }: { list: OpenList }) {
  const tasks = useQuery(api.tasks.on, { list: list._id });
  const add = useMutation(api.tasks.add);
  const setDone = useMutation(api.tasks.setDone);
  const remove = useMutation(api.tasks.remove);
  return (
    <section className="card" aria-label={list.name}>
      <h2>{list.name}</h2>
      <ul>
        {tasks?.map(({ _id, text, done }) => (
          <li key={_id}>
            <label>
              <input
                type="checkbox"
                checked={done}
                onChange={() => void setDone({ task: _id, done: !done })}
              />
              <span>{text}</span>
            </label>
            <button
              type="button"
              className="quiet"
              aria-label={`Remove: ${text}`}
              onClick={() => void remove({ task: _id })}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <AddForm label="New task" onAdd={(text) => add({ list: list._id, text })} />
      <Sharing list={list} />
    </section>
  );
}

function Sharing({ list }: { list: OpenList }) {
  const people = useQuery(api.lists.people, { list: list._id });
  const share = useMutation(api.lists.share);
  return (
    <footer>
      <p className="people">Shared with {people?.map(({ email }) => email).join(", ")}</p>
      {list.role === "owner" && (
        <AddForm
          label="Share with"
          type="email"
          onAdd={(email) => share({ list: list._id, email: email.toLowerCase() })}
        />
      )}
    </footer>
  );
}
