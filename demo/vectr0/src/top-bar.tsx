// TopBar: the organization, the state of sync, the network switch and the person.

import { Icon } from "../../lib/src/icons.tsx";
import { Initials } from "../../lib/src/initials.tsx";
import { useSession } from "../../lib/src/session.tsx";
import { NetworkSwitch, SyncStatusPill } from "../../lib/src/sync-status.tsx";
import { go } from "./route.ts";
import type { Membership } from "./workspace.tsx";

export function TopBar(props: {
  memberships: readonly Membership[];
  open: Membership | undefined;
  onFound: () => void;
}) {
  const { person } = useSession();
  return (
    <header className="top-bar">
      <p className="wordmark">
        VECTR<span>0</span>
      </p>
      <div className="organization-choice">
        {props.memberships.length > 0 && (
          <select
            aria-label="Organization"
            value={props.open?.organization._id}
            onChange={(event) => go({ organization: event.target.value })}
          >
            {props.memberships.map(({ organization }) => (
              <option key={organization._id} value={organization._id}>
                {organization.name}
              </option>
            ))}
          </select>
        )}
        <button
          type="button"
          className="icon-button"
          aria-label="New organization"
          title="New organization"
          onClick={props.onFound}
        >
          <Icon name="plus" />
        </button>
      </div>
      <div className="top-bar-end">
        <SyncStatusPill />
        <NetworkSwitch />
        <button
          type="button"
          className="person-button"
          aria-label={`Signed in as ${person.name}. Choose somebody else`}
          title={`${person.name}: choose somebody else`}
          onClick={() => go({ person: null, organization: null })}
        >
          <Initials name={person.name} />
        </button>
      </div>
    </header>
  );
}
