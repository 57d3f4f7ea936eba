// OpenSession: a person's data on this device: opening, open with the application below, or why not.
import { useConvexAuth } from "convex/react";
import { type ReactNode, useState } from "react";
import { useSyncStatus } from "syncline/react";
import { ErrorBoundary } from "./error-boundary.tsx";
import { isOpenFailure, OpenFailure } from "./open-failure.tsx";
import type { Person } from "./relay.ts";
import { type Demo, SessionProvider, useOpenSession } from "./session.tsx";
import { Skeleton } from "./skeleton.tsx";

interface Props {
  demo: Demo;
  // The same object for the same person.
  person: Person;
  onLeave: () => void;
  children: ReactNode;
}

export function OpenSession(props: Props) {
  const [attempt, setAttempt] = useState(0);
  return (
    <Attempt
      key={`${props.person.subject} ${attempt}`}
      {...props}
      onRetry={() => setAttempt(attempt + 1)}
    />
  );
}

function Attempt(props: Props & { onRetry: () => void }) {
  const session = useOpenSession(props.demo, props.person);
  if (session === null) {
    return (
      <main className="page">
        <p className="opening">Opening {props.person.name}’s data on this device…</p>
        <Skeleton rows={6} />
      </main>
    );
  }
  return (
    <SessionProvider session={session}>
      <Opened {...props} />
    </SessionProvider>
  );
}

function Opened({ person, onRetry, onLeave, children }: Props & { onRetry: () => void }) {
  const { problem } = useSyncStatus();
  const { isAuthenticated, isLoading } = useConvexAuth();
  if (problem !== null && isOpenFailure(problem)) {
    return <OpenFailure problem={problem} onRetry={onRetry} onLeave={onLeave} />;
  }
  if (!isAuthenticated && !isLoading) {
    return (
      <main className="page narrow">
        <div className="empty large" role="alert">
          <h1>Not signed in yet</h1>
          <p>The relay cannot be reached, and {person.name} has not been on this device before.</p>
          <button type="button" className="button primary" onClick={onRetry}>
            Try again
          </button>
        </div>
      </main>
    );
  }
  return <ErrorBoundary>{children}</ErrorBoundary>;
}
