// App: from choosing a person to their board.
import { useState } from "react";
import { useSyncStatus } from "syncline/react";
import { ErrorBoundary } from "../../lib/src/error-boundary.tsx";
import { NoticeProvider } from "../../lib/src/notice.tsx";
import { isOpenFailure, OpenFailure } from "../../lib/src/open-failure.tsx";
import { PersonChoice } from "../../lib/src/person-choice.tsx";
import { type Demo, SessionProvider, useOpenSession } from "../../lib/src/session.tsx";
import { Skeleton } from "../../lib/src/skeleton.tsx";
import { type Person, people } from "./people.ts";
import { signInAs, useSubject } from "./route.ts";
import { Workspace } from "./workspace.tsx";

const demo: Demo = {
  name: "job-flow",
  storage: "opfs",
  makeWorker: () =>
    new Worker(new URL("./syncline.worker.ts", import.meta.url), { type: "module" }),
};

export function App() {
  const subject = useSubject();
  const person = people.find((known) => known.subject === subject);
  const [attempt, setAttempt] = useState(0);
  return (
    <NoticeProvider>
      {person === undefined ? (
        <Welcome />
      ) : (
        <SignedIn
          key={`${person.subject} ${attempt}`}
          person={person}
          onRetry={() => setAttempt(attempt + 1)}
        />
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
            <PersonChoice person={person} onChoose={() => signInAs(person.subject)} />
          </li>
        ))}
      </ul>
    </main>
  );
}

function SignedIn({ person, onRetry }: { person: Person; onRetry: () => void }) {
  const session = useOpenSession(demo, person);
  if (session === null) {
    return (
      <main className="page">
        <p className="opening">Opening {person.name}’s data on this device…</p>
        <Skeleton rows={6} />
      </main>
    );
  }
  return (
    <SessionProvider session={session}>
      <OpenOrFailed onRetry={onRetry} />
    </SessionProvider>
  );
}

function OpenOrFailed({ onRetry }: { onRetry: () => void }) {
  const { problem } = useSyncStatus();
  if (problem !== null && isOpenFailure(problem)) {
    return <OpenFailure problem={problem} onRetry={onRetry} onLeave={() => signInAs(null)} />;
  }
  return (
    <ErrorBoundary>
      <Workspace onRetry={onRetry} />
    </ErrorBoundary>
  );
}
