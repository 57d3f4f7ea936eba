// OrganizationPage: the open organization: its name, the views, the filter and what the role allows.
import { useQuery } from "convex/react";
import { useState } from "react";
import { UndoButtons } from "../../lib/src/undo-buttons.tsx";
import { api } from "../convex/_generated/api.js";
import { ActionButton } from "./action-button.tsx";
import { nameByPath } from "./function-names.ts";
import { useOrganization, useReason } from "./organization.tsx";
import { OrganizationDialog } from "./organization-dialog.tsx";
import { PeoplePanel } from "./people-panel.tsx";
import { statusName, whyNotWrite } from "./permissions.ts";
import { go, type Status, statuses, useRoute, type View } from "./route.ts";
import { ScheduleDialog } from "./schedule-dialog.tsx";
import { ScheduleList } from "./schedule-list.tsx";
import { Timeline } from "./timeline.tsx";

const viewName: Record<View, string> = { list: "List", timeline: "Timeline", people: "People" };

export function OrganizationPage() {
  const { organization, role } = useOrganization();
  const { view, status } = useRoute();
  const unless = useReason();
  const [dialog, setDialog] = useState<"schedule" | "organization" | null>(null);
  return (
    <>
      <div className="headline">
        <div>
          <h1>{organization.name}</h1>
          <p className="detail">You are {role === "admin" ? "an admin" : `a ${role}`} here</p>
        </div>
        <div className="button-group">
          <UndoButtons scope={organization._id} nameByPath={nameByPath} />
          {role === "admin" && (
            <button type="button" className="button" onClick={() => setDialog("organization")}>
              Settings
            </button>
          )}
          <ActionButton
            icon="plus"
            label="New schedule"
            wide
            primary
            reason={unless(whyNotWrite(role))}
            onClick={() => setDialog("schedule")}
          />
        </div>
      </div>
      {role === "viewer" && <ViewerNote />}
      <div className="view-bar">
        <nav className="tabs" aria-label="View">
          {(["list", "timeline", "people"] as const).map((name) => (
            <button
              key={name}
              type="button"
              aria-current={view === name ? "page" : undefined}
              onClick={() => go({ view: name })}
            >
              {viewName[name]}
            </button>
          ))}
        </nav>
        {view !== "people" && <StatusFilter status={status} />}
      </div>
      {view === "list" && <ScheduleList status={status} />}
      {view === "timeline" && <Timeline />}
      {view === "people" && <PeoplePanel />}
      {dialog === "schedule" && <ScheduleDialog schedule={null} onClose={() => setDialog(null)} />}
      {dialog === "organization" && (
        <OrganizationDialog organization={organization} onClose={() => setDialog(null)} />
      )}
    </>
  );
}

function ViewerNote() {
  const { forced, setForced } = useOrganization();
  return (
    <aside className="viewer-note">
      <p>
        <strong>You are a viewer.</strong> You see every change as it happens; an admin or a member
        has to make it.
      </p>
      <label>
        <input
          type="checkbox"
          checked={forced}
          onChange={(event) => setForced(event.target.checked)}
        />
        <span>Try anyway: skip the check on this device and let the relay answer</span>
      </label>
    </aside>
  );
}

function StatusFilter({ status }: { status: Status | null }) {
  const { organization } = useOrganization();
  const counts = useQuery(api.queries.schedules.countByStatus, {
    organizationId: organization._id,
  });
  const all = counts && statuses.reduce((sum, name) => sum + counts[name], 0);
  return (
    <fieldset className="chips">
      <legend className="hidden">Show by status</legend>
      {[null, ...statuses].map((value) => (
        <label key={value ?? "all"} className={value ?? "all"}>
          <input
            type="radio"
            name="status"
            checked={status === value}
            onChange={() => go({ status: value }, true)}
          />
          <span>
            {value === null ? "All" : statusName[value]}
            <span className="count">{value === null ? all : counts?.[value]}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
