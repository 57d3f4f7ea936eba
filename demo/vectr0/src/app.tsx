// App: from choosing a person to their open organization.
import { useMemo, useState } from "react";
import { useSyncStatus } from "syncline/react";
import { ErrorBoundary } from "./error-boundary.tsx";
import { NoticeProvider } from "./notice.tsx";
import { isOpenFailure, OpenFailure } from "./open-failure.tsx";
import { findPerson, type Person } from "./people.ts";
import { useRoute } from "./route.ts";
import { SessionProvider, useOpenSession } from "./session.tsx";
import { Skeleton } from "./skeleton.tsx";
import { Welcome } from "./welcome.tsx";
import { Workspace } from "./workspace.tsx";

export function App() {
  const subject = useRoute().person;
  // One object for one person: their session lives as long.
  const person = useMemo(() => findPerson(subject), [subject]);
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

function SignedIn({ person, onRetry }: { person: Person; onRetry: () => void }) {
  const session = useOpenSession(person);
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
    return <OpenFailure problem={problem} onRetry={onRetry} />;
  }
  return (
    <ErrorBoundary>
      <Workspace onRetry={onRetry} />
    </ErrorBoundary>
  );
}
