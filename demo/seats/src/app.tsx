// App: from choosing a person to their center.
import { useMemo } from "react";
import { go, useAddressField } from "../../lib/src/address.ts";
import { NoticeProvider } from "../../lib/src/notice.tsx";
import { OpenSession } from "../../lib/src/open-session.tsx";
import { PersonChoice } from "../../lib/src/person-choice.tsx";
import type { Demo } from "../../lib/src/session.tsx";
import people from "./people.json";
import { Workspace } from "./workspace.tsx";

const demo: Demo = {
  name: "seats",
  storage: "opfs",
  makeWorker: () =>
    new Worker(new URL("./syncline.worker.ts", import.meta.url), { type: "module" }),
};

export function App() {
  const subject = useAddressField("as");
  const person = useMemo(() => people.find((known) => known.subject === subject), [subject]);
  const leave = () => go({ as: null });
  return (
    <NoticeProvider>
      {person === undefined ? (
        <Welcome />
      ) : (
        <OpenSession demo={demo} person={person} onLeave={leave}>
          <Workspace onLeave={leave} />
        </OpenSession>
      )}
    </NoticeProvider>
  );
}

function Welcome() {
  return (
    <main className="page narrow welcome">
      <p className="wordmark">
        Last<span>Seat</span>
      </p>
      <h1>Who is here?</h1>
      <p className="lead">
        Open a second window as somebody else, and book the last seat in both at once: one of you
        has it.
      </p>
      <ul className="people">
        {people.map((person) => (
          <li key={person.subject}>
            <PersonChoice person={person} onChoose={() => go({ as: person.subject })} />
          </li>
        ))}
      </ul>
    </main>
  );
}
