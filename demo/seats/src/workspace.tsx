// Workspace: a signed-in person's page: the bar above, their center below.
import { useConvexAuth, useQuery } from "convex/react";
import { useSyncStatus } from "syncline/react";
import { Bar } from "../../lib/src/bar.tsx";
import { Foot } from "../../lib/src/foot.tsx";
import { ProblemLine } from "../../lib/src/open-failure.tsx";
import { RefusedPanel } from "../../lib/src/refused-panel.tsx";
import { Skeleton } from "../../lib/src/skeleton.tsx";
import { api } from "../convex/_generated/api.js";
import { Reviews } from "./reviews.tsx";
import { Workshops } from "./workshops.tsx";

// What a person calls the functions of this application.
const nameByPath = {
  "workshops:book": "Book a seat",
  "workshops:cancel": "Give a seat back",
  "reviews:ask": "Ask for a review",
  "reviews:accept": "Accept a review",
  "reviews:complete": "Finish a review",
  "reviews:putBack": "Put a review back",
};

export function Workspace({ onLeave }: { onLeave: () => void }) {
  const { isAuthenticated } = useConvexAuth();
  const mine = useQuery(api.centers.mine, isAuthenticated ? {} : "skip");
  const { problem } = useSyncStatus();
  return (
    <>
      <Bar
        title={
          <>
            Last<span>Seat</span>
          </>
        }
        onLeave={onLeave}
      />
      <main className="page">
        {problem !== null && <ProblemLine problem={problem} />}
        <RefusedPanel nameByPath={nameByPath} />
        {mine === undefined ? (
          <Skeleton rows={6} />
        ) : mine === null ? (
          <NoCenter />
        ) : (
          <>
            <header className="headline">
              <h1>{mine.center.name}</h1>
            </header>
            <div className="columns">
              <Workshops centerId={mine.center._id} canBook={mine.member.role === "seeker"} />
              <Reviews centerId={mine.center._id} role={mine.member.role} />
            </div>
          </>
        )}
      </main>
      <Foot />
    </>
  );
}

function NoCenter() {
  const { sync } = useSyncStatus();
  if (sync === "syncing") return <Skeleton rows={6} />;
  return (
    <div className="empty large">
      <h1>No center yet</h1>
      <p>
        <code>node seed.mjs</code> founds one with its workshops and people.
      </p>
    </div>
  );
}
