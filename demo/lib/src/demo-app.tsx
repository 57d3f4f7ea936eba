// DemoApp: from choosing one of the demo's people to the application over their data.
import type { ComponentType, ReactNode } from "react";
import { go, goHome, useAddressField } from "./address.ts";
import { NoticeProvider } from "./notice.tsx";
import { OpenSession } from "./open-session.tsx";
import { PersonChoice } from "./person-choice.tsx";
import type { Person } from "./relay.ts";
import type { Demo } from "./session.tsx";
import { allFinished } from "./unfinished.ts";

/** Somebody who can sign in, and what they are there for. */
export interface DemoPerson extends Person {
  note: string;
}

interface Props {
  /** Always the same object, as are the people. */
  demo: Demo;
  people: readonly DemoPerson[];
  /** The application, once the person's data are open. */
  Workspace: ComponentType<{ onLeave: () => void }>;
  wordmark: ReactNode;
  question: string;
  /** What one reads before one chooses. */
  children: ReactNode;
}

const leave = () => void allFinished().then(goHome);

export function DemoApp(props: Props) {
  const { demo, people, Workspace } = props;
  const subject = useAddressField("as");
  const person = people.find((known) => known.subject === subject);
  return (
    <NoticeProvider>
      {person === undefined ? (
        <Welcome {...props} />
      ) : (
        <OpenSession demo={demo} person={person} onLeave={leave}>
          <Workspace onLeave={leave} />
        </OpenSession>
      )}
    </NoticeProvider>
  );
}

function Welcome({ people, wordmark, question, children }: Props) {
  return (
    <main className="page narrow welcome">
      <p className="wordmark">{wordmark}</p>
      <h1>{question}</h1>
      <p className="lead">{children}</p>
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
