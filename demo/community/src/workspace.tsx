// Workspace: the page of a signed-in person: the bar above, the open community below.
import { useConvexAuth, useQuery } from "convex/react";
import { type FormEvent, useState } from "react";
import { useSyncStatus } from "syncline/react";
import { go, useAddressField } from "../../lib/src/address.ts";
import { Bar } from "../../lib/src/bar.tsx";
import { ErrorBoundary } from "../../lib/src/error-boundary.tsx";
import { Foot } from "../../lib/src/foot.tsx";
import { ProblemLine } from "../../lib/src/open-failure.tsx";
import { RefusedPanel } from "../../lib/src/refused-panel.tsx";
import { Skeleton } from "../../lib/src/skeleton.tsx";
import { useWrite } from "../../lib/src/use-write.ts";
import { api } from "../convex/_generated/api.js";
import { MembersPage } from "./members-page.tsx";
import { type Membership, MembershipContext, useMembership } from "./membership.ts";
import { NotesPage } from "./notes-page.tsx";
import { PostsPage } from "./posts-page.tsx";
import { SettingsPage } from "./settings-page.tsx";

const views = [
  { name: "posts", label: "Posts", Page: PostsPage },
  { name: "notes", label: "Notes", Page: NotesPage },
  { name: "members", label: "Members", Page: MembersPage },
  { name: "settings", label: "Settings", Page: SettingsPage },
] as const;

// What a person calls the functions of this application.
const nameByPath = {
  "communities:create": "Found a community",
  "communities:setSettings": "Change the settings",
  "members:add": "Add a member",
  "members:setRole": "Change a role",
  "members:remove": "Remove a member",
  "posts:create": "Write a post",
  "posts:remove": "Move a post to the bin",
  "posts:restore": "Restore a post",
  "posts:purge": "Delete a post for good",
  "notes:create": "Begin a note",
  "notes:write": "Write in a note",
  "notes:remove": "Delete a note",
  "notes:setCursor": "Show where you are in a note",
  "reactions:setLike": "Like a post",
  "reactions:comment": "Comment on a post",
};

export function Workspace({ onLeave }: { onLeave: () => void }) {
  const { isAuthenticated } = useConvexAuth();
  const mine = useQuery(api.communities.listMine, isAuthenticated ? {} : "skip");
  const wanted = useAddressField("in");
  const { problem } = useSyncStatus();
  const open = mine?.find(({ community }) => community._id === wanted) ?? mine?.[0];
  return (
    <>
      <Bar title="Commons" onLeave={onLeave}>
        <CommunityChoice mine={mine ?? []} open={open} />
      </Bar>
      <main className="page">
        {problem !== null && <ProblemLine problem={problem} />}
        <RefusedPanel nameByPath={nameByPath} />
        {mine === undefined ? (
          <Skeleton rows={6} />
        ) : open === undefined ? (
          <NoCommunity />
        ) : (
          <MembershipContext value={open}>
            <Community key={open.community._id} />
          </MembershipContext>
        )}
      </main>
      <Foot />
    </>
  );
}

function CommunityChoice(props: { mine: readonly Membership[]; open: Membership | undefined }) {
  if (props.mine.length < 2) return null;
  return (
    <div className="organization-choice">
      <select
        aria-label="Community"
        value={props.open?.community._id}
        onChange={(event) => go({ in: event.target.value })}
      >
        {props.mine.map(({ community }) => (
          <option key={community._id} value={community._id}>
            {community.name}
          </option>
        ))}
      </select>
    </div>
  );
}

function Community() {
  const { community } = useMembership();
  const settings = useQuery(api.communities.getSettings, { communityId: community._id });
  const wanted = useAddressField("view");
  const { name: current, Page } = views.find(({ name }) => name === wanted) ?? views[0];
  return (
    <>
      <header className="headline">
        <div>
          <h1>{community.name}</h1>
          <p className="detail">{settings?.description || "A community of its members"}</p>
        </div>
      </header>
      <nav className="view-bar" aria-label="Parts of the community">
        <div className="tabs">
          {views.map(({ name, label }) => (
            <button
              key={name}
              type="button"
              aria-current={name === current ? "page" : undefined}
              onClick={() => go({ view: name === "posts" ? null : name })}
            >
              {label}
            </button>
          ))}
        </div>
      </nav>
      <ErrorBoundary key={current}>
        <Page />
      </ErrorBoundary>
    </>
  );
}

function NoCommunity() {
  const { sync } = useSyncStatus();
  const create = useWrite(api.communities.create);
  const [name, setName] = useState("");
  if (sync === "syncing") return <Skeleton rows={6} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void create({ name });
  };
  return (
    <div className="empty large">
      <h1>No community yet</h1>
      <p>Found one, or ask an admin to add your address.</p>
      <form className="inline-form" onSubmit={submit}>
        <label className="field">
          Name
          <input
            required
            minLength={2}
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <button type="submit" className="button primary">
          Found a community
        </button>
      </form>
    </div>
  );
}
