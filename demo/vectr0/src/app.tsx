// App: from choosing a person to their open organization.
import { useEffect, useMemo, useState } from "react";
import type { SynclineClient } from "syncline";
import { useSyncStatus } from "syncline/react";
import { ErrorBoundary } from "../../lib/src/error-boundary.tsx";
import { NoticeProvider } from "../../lib/src/notice.tsx";
import { isOpenFailure, OpenFailure } from "../../lib/src/open-failure.tsx";
import { type Demo, SessionProvider, useOpenSession } from "../../lib/src/session.tsx";
import { Skeleton } from "../../lib/src/skeleton.tsx";
import { api } from "../convex/_generated/api.js";
import { findPerson, type Person } from "./people.ts";
import { currentRoute, go, useRoute } from "./route.ts";
import { Welcome } from "./welcome.tsx";
import { Workspace } from "./workspace.tsx";

declare global {
  // For the browser's console: vectr0.syncline.mutation(vectr0.api.mutations.schedules.create, {...})
  var vectr0: { syncline: SynclineClient; api: typeof api };
}

const demo: Demo = {
  name: "vectr0",
  storage: currentRoute().storage,
  makeWorker: () =>
    new Worker(new URL("./syncline.worker.ts", import.meta.url), { type: "module" }),
};

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
  const session = useOpenSession(demo, person);
  useEffect(() => {
    if (session !== null) globalThis.vectr0 = { syncline: session.syncline, api };
  }, [session]);
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
    return <OpenFailure problem={problem} onRetry={onRetry} onLeave={() => go({ person: null })} />;
  }
  return (
    <ErrorBoundary>
      <Workspace onRetry={onRetry} />
    </ErrorBoundary>
  );
}
