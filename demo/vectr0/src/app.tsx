// App: from choosing a person to their open organization.
import { useState } from "react";
import { NoticeProvider } from "./notice.tsx";
import { OpenFailure } from "./open-failure.tsx";
import { findPerson, type Person } from "./people.ts";
import { useRoute } from "./route.ts";
import { SessionProvider, useOpenSession } from "./session.tsx";
import { Skeleton } from "./skeleton.tsx";
import { Welcome } from "./welcome.tsx";
import { Workspace } from "./workspace.tsx";

export function App() {
  const person = findPerson(useRoute().person);
  return (
    <NoticeProvider>
      {person === undefined ? <Welcome /> : <Signed key={person.subject} person={person} />}
    </NoticeProvider>
  );
}

function Signed({ person }: { person: Person }) {
  const [attempt, setAttempt] = useState(0);
  const opening = useOpenSession(person, attempt);
  if (opening.state === "failed") {
    return <OpenFailure error={opening.error} onRetry={() => setAttempt(attempt + 1)} />;
  }
  if (opening.state === "opening") {
    return (
      <main className="page">
        <p className="opening">Opening {person.name}’s data on this device…</p>
        <Skeleton rows={6} />
      </main>
    );
  }
  return (
    <SessionProvider session={opening.session}>
      <Workspace />
    </SessionProvider>
  );
}
