// Workspace: the page of a signed-in person: the bar above, the open organization below.
import { useConvexAuth, useQuery } from "convex/react";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import type { PendingMutation, RefusedMutation } from "syncline";
import { usePendingMutations, useRefusedMutations, useSyncStatus } from "syncline/react";
import { ErrorBoundary } from "../../lib/src/error-boundary.tsx";
import { Foot } from "../../lib/src/foot.tsx";
import { ProblemLine } from "../../lib/src/open-failure.tsx";
import { RefusedPanel } from "../../lib/src/refused-panel.tsx";
import { useSession } from "../../lib/src/session.tsx";
import { Skeleton } from "../../lib/src/skeleton.tsx";
import { api } from "../convex/_generated/api.js";
import type { Doc } from "../convex/_generated/dataModel.js";
import { nameByPath } from "./function-names.ts";
import { OrganizationContext } from "./organization.tsx";
import { FoundDialog } from "./organization-dialog.tsx";
import { OrganizationPage } from "./organization-page.tsx";
import { go, useRoute } from "./route.ts";
import { TopBar } from "./top-bar.tsx";

export interface Membership {
  organization: Doc<"organizations">;
  member: Doc<"users">;
}

export function Workspace() {
  const { isAuthenticated } = useConvexAuth();
  const mine = useQuery(api.queries.organizations.listMine, isAuthenticated ? {} : "skip");
  const route = useRoute();
  const { problem } = useSyncStatus();
  const [founding, setFounding] = useState(false);
  const open =
    mine?.find(({ organization }) => organization._id === route.organization) ?? mine?.[0];
  const openId = open?.organization._id;
  // An organization that is not there yet may be on its way, so the address is only completed.
  useEffect(() => {
    if (openId !== undefined && route.organization === null) go({ organization: openId }, true);
  }, [openId, route.organization]);
  return (
    <>
      <TopBar memberships={mine ?? []} open={open} onFound={() => setFounding(true)} />
      <main className="page">
        {problem !== null && <ProblemLine problem={problem} />}
        <RefusedPanel nameByPath={nameByPath} />
        {mine === undefined ? (
          <Skeleton rows={6} />
        ) : open === undefined ? (
          <NoOrganization onFound={() => setFounding(true)} />
        ) : (
          <ErrorBoundary key={openId}>
            <OpenMembership membership={open}>
              <OrganizationPage />
            </OpenMembership>
          </ErrorBoundary>
        )}
      </main>
      <Foot />
      {founding && <FoundDialog onClose={() => setFounding(false)} />}
    </>
  );
}

function OpenMembership(props: { membership: Membership; children: ReactNode }) {
  const { organization, member } = props.membership;
  const pendingRows = useRowIds(usePendingMutations());
  const refusedRows = useRowIds(useRefusedMutations());
  const [forced, setForced] = useState(false);
  const people = useQuery(api.queries.users.listByOrganization, {
    organizationId: organization._id,
  });
  const value = useMemo(
    () => ({
      organization,
      member,
      role: member.role,
      people: people ?? [],
      pendingRows,
      refusedRows,
      forced,
      setForced,
    }),
    [organization, member, people, pendingRows, refusedRows, forced],
  );
  return <OrganizationContext value={value}>{props.children}</OrganizationContext>;
}

function useRowIds(mutations: readonly (PendingMutation | RefusedMutation)[]): ReadonlySet<string> {
  return useMemo(() => {
    const ids = mutations.flatMap((entry) =>
      "rows" in entry ? entry.rows.map(({ id }) => id) : (entry.row ?? []),
    );
    return new Set(ids);
  }, [mutations]);
}

function NoOrganization({ onFound }: { onFound: () => void }) {
  const { person } = useSession();
  const status = useSyncStatus();
  if (status.sync === "syncing") {
    return (
      <>
        <p className="opening">Fetching your organizations…</p>
        <Skeleton rows={6} />
      </>
    );
  }
  return (
    <div className="empty large">
      <h1>No organization yet</h1>
      <p>
        {status.sync === "offline"
          ? "You are offline, and nothing has been fetched to this device so far."
          : `Nobody has added ${person.email} to an organization.`}
      </p>
      <button type="button" className="button primary" onClick={onFound}>
        Create an organization
      </button>
    </div>
  );
}
