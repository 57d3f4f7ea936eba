// PeoplePanel: who belongs to the organization and as what; admins invite, change and remove people.
import { useState } from "react";
import { ConfirmDialog } from "../../lib/src/dialog.tsx";
import { Initials } from "../../lib/src/initials.tsx";
import { useNotice } from "../../lib/src/notice.tsx";
import { api } from "../convex/_generated/api.js";
import type { Doc } from "../convex/_generated/dataModel.js";
import { ActionButton } from "./action-button.tsx";
import { RowMark } from "./badge.tsx";
import { useOrganization, useReason } from "./organization.tsx";
import { type Role, roleName } from "./permissions.ts";
import { PersonDialog } from "./person-dialog.tsx";
import { useWrite } from "./use-write.ts";

export const adminReason = "Only an admin changes people and their roles.";

export function PeoplePanel() {
  const { people, role } = useOrganization();
  const unless = useReason();
  const [dialog, setDialog] = useState<Doc<"users"> | "new" | null>(null);
  const reason = unless(role === "admin" ? null : adminReason);
  return (
    <>
      <div className="panel-head">
        <p>Whoever signs in with one of these addresses sees this organization.</p>
        <ActionButton
          icon="plus"
          label="Add person"
          wide
          primary
          reason={reason}
          onClick={() => setDialog("new")}
        />
      </div>
      <ul className="rows">
        {people.map((person) => (
          <PersonRow
            key={person._id}
            person={person}
            reason={reason}
            onEdit={() => setDialog(person)}
          />
        ))}
      </ul>
      {dialog !== null && (
        <PersonDialog person={dialog === "new" ? null : dialog} onClose={() => setDialog(null)} />
      )}
    </>
  );
}

function PersonRow(props: { person: Doc<"users">; reason: string | null; onEdit: () => void }) {
  const { person, reason } = props;
  const { organization, member, pendingRows, refusedRows } = useOrganization();
  const notify = useNotice();
  const update = useWrite(api.mutations.users.update);
  const remove = useWrite(api.mutations.users.remove);
  const [asking, setAsking] = useState(false);
  const target = { organizationId: organization._id, userId: person._id };
  const report = (failure: string | null) => {
    if (failure !== null) notify(failure);
  };
  return (
    <li className="row person" data-id={person._id}>
      <div className="row-text with-initials">
        <Initials name={person.name} />
        <div>
          <h3>
            {person.name}
            {person._id === member._id && <span className="you">you</span>}
          </h3>
          <p className="detail">{person.email}</p>
        </div>
      </div>
      <p className="row-marks">
        <RowMark pending={pendingRows.has(person._id)} refused={refusedRows.has(person._id)} />
        {reason === null ? (
          <select
            aria-label={`Role of ${person.name}`}
            value={person.role}
            onChange={(event) =>
              void update({ ...target, role: event.target.value as Role }).then(report)
            }
          >
            {Object.entries(roleName).map(([role, name]) => (
              <option key={role} value={role}>
                {name}
              </option>
            ))}
          </select>
        ) : (
          <span className="badge role">{roleName[person.role]}</span>
        )}
      </p>
      <div className="actions">
        <ActionButton
          icon="edit"
          label="Edit"
          subject={person.name}
          reason={reason}
          onClick={props.onEdit}
        />
        <ActionButton
          icon="remove"
          label="Remove"
          subject={person.name}
          reason={reason}
          onClick={() => setAsking(true)}
        />
      </div>
      {asking && (
        <ConfirmDialog
          title={`Remove ${person.name}?`}
          message={`${person.name} no longer sees ${organization.name}: its rows leave their devices. Their schedules stay.`}
          confirm="Remove"
          onConfirm={() => void remove(target).then(report)}
          onClose={() => setAsking(false)}
        />
      )}
    </li>
  );
}
