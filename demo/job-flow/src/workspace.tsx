// Workspace: a signed-in person's page: the bar above, their board below.
import { useConvexAuth, useQuery } from "convex/react";
import { useSyncStatus } from "syncline/react";
import { Initials } from "../../lib/src/initials.tsx";
import { ProblemLine } from "../../lib/src/open-failure.tsx";
import { RefusedPanel } from "../../lib/src/refused-panel.tsx";
import { useSession } from "../../lib/src/session.tsx";
import { Skeleton } from "../../lib/src/skeleton.tsx";
import { NetworkSwitch, SyncStatusPill } from "../../lib/src/sync-status.tsx";
import { api } from "../convex/_generated/api.js";
import { Board } from "./board.tsx";
import { signInAs } from "./route.ts";
import { useWrite } from "./use-write.ts";

// What a person calls the functions of this application.
const nameByPath = {
  "jobs:save": "Save a job",
  "jobs:remove": "Remove a job",
  "applications:create": "Apply",
  "applications:move": "Move an application",
  "users:signUp": "Sign up",
};

export function Workspace({ onRetry }: { onRetry: () => void }) {
  const { isAuthenticated, isLoading } = useConvexAuth();
  const me = useQuery(api.users.me, isAuthenticated ? {} : "skip");
  const { problem } = useSyncStatus();
  return (
    <>
      <TopBar />
      <main className="page">
        {problem !== null && <ProblemLine problem={problem} />}
        <RefusedPanel nameByPath={nameByPath} />
        {!isAuthenticated && !isLoading ? (
          <NoToken onRetry={onRetry} />
        ) : me === undefined ? (
          <Skeleton rows={6} />
        ) : me === null ? (
          <SignUp />
        ) : (
          <Board />
        )}
      </main>
    </>
  );
}

function TopBar() {
  const { person } = useSession();
  return (
    <header className="top-bar">
      <p className="wordmark">
        Job<span>Flow</span>
      </p>
      <div className="top-bar-end">
        <SyncStatusPill />
        <NetworkSwitch />
        <button
          type="button"
          className="person-button"
          aria-label={`Signed in as ${person.name}. Choose somebody else`}
          title={`${person.name}: choose somebody else`}
          onClick={() => signInAs(null)}
        >
          <Initials name={person.name} />
        </button>
      </div>
    </header>
  );
}

// What is on its way is waited for: the person may have signed up on another device.
function SignUp() {
  const { person } = useSession();
  const { sync } = useSyncStatus();
  const signUp = useWrite(api.users.signUp);
  if (sync === "syncing") return <Skeleton rows={6} />;
  return (
    <div className="empty large">
      <h1>Start your search</h1>
      <p>Save jobs, apply, and follow each application to an offer. It works offline.</p>
      <button
        type="button"
        className="button primary"
        onClick={() => void signUp({ name: person.name, role: "job_seeker" })}
      >
        Start as {person.name}
      </button>
    </div>
  );
}

function NoToken({ onRetry }: { onRetry: () => void }) {
  const { person } = useSession();
  return (
    <div className="empty large" role="alert">
      <h1>Not signed in yet</h1>
      <p>The relay cannot be reached, and {person.name} has not been on this device before.</p>
      <button type="button" className="button primary" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
