// TopBar: the bar above, with the choice of the organization.

import { Bar } from "../../lib/src/bar.tsx";
import { Icon } from "../../lib/src/icons.tsx";
import { go } from "./route.ts";
import type { Membership } from "./workspace.tsx";

export function TopBar(props: {
  memberships: readonly Membership[];
  open: Membership | undefined;
  onFound: () => void;
}) {
  return (
    <Bar
      title={
        <>
          VECTR<span>0</span>
        </>
      }
      onLeave={() => go({ person: null, organization: null })}
    >
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
    </Bar>
  );
}
