// App: from choosing a person to their board.
import { go, useAddressField } from "../../lib/src/address.ts";
import { NoticeProvider } from "../../lib/src/notice.tsx";
import { OpenSession } from "../../lib/src/open-session.tsx";
import { PersonChoice } from "../../lib/src/person-choice.tsx";
import type { Demo } from "../../lib/src/session.tsx";
import { people } from "./people.ts";
import { Workspace } from "./workspace.tsx";

const demo: Demo = {
  name: "job-flow",
  storage: "opfs",
  makeWorker: () =>
    new Worker(new URL("./syncline.worker.ts", import.meta.url), { type: "module" }),
};

export function App() {
  const subject = useAddressField("as");
  const person = people.find((known) => known.subject === subject);
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
        Job<span>Flow</span>
      </p>
      <h1>Whose search is it?</h1>
      <p className="lead">
        Each person’s jobs and applications are theirs alone, on all their devices, with or without
        a network.
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
