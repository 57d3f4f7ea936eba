// Workspace: a signed-in person's page: the bar above, their board below.
import { useConvexAuth, useQuery } from "convex/react";
import { useSyncStatus } from "syncline/react";
import { Bar } from "../../lib/src/bar.tsx";
import { ProblemLine } from "../../lib/src/open-failure.tsx";
import { RefusedPanel } from "../../lib/src/refused-panel.tsx";
import { useSession } from "../../lib/src/session.tsx";
import { Skeleton } from "../../lib/src/skeleton.tsx";
import { useWrite } from "../../lib/src/use-write.ts";
import { api } from "../convex/_generated/api.js";
import { Board } from "./board.tsx";

// What a person calls the functions of this application.
const nameByPath = {
  "jobs:save": "Save a job",
  "jobs:remove": "Remove a job",
  "applications:create": "Apply",
  "applications:move": "Move an application",
  "users:signUp": "Sign up",
};

export function Workspace({ onLeave }: { onLeave: () => void }) {
  const { isAuthenticated } = useConvexAuth();
  const me = useQuery(api.users.me, isAuthenticated ? {} : "skip");
  const { problem } = useSyncStatus();
  return (
    <>
      <Bar
        title={
          <>
            Job<span>Flow</span>
          </>
        }
        onLeave={onLeave}
      />
      <main className="page">
        {problem !== null && <ProblemLine problem={problem} />}
        <RefusedPanel nameByPath={nameByPath} />
        {me === undefined ? <Skeleton rows={6} /> : me === null ? <SignUp /> : <Board />}
      </main>
    </>
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
