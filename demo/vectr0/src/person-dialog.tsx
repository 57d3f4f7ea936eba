// PersonDialog: adds a person to the organization, or changes a name and a role.
import { useState } from "react";
import { Dialog, DialogForm } from "../../lib/src/dialog.tsx";
import { PersonFields } from "../../lib/src/person-fields.tsx";
import { api } from "../convex/_generated/api.js";
import type { Doc } from "../convex/_generated/dataModel.js";
import { useOrganization } from "./organization.tsx";
import { type Role, roleName } from "./permissions.ts";
import { useWrite } from "./use-write.ts";

const roleDetail: Record<Role, string> = {
  admin: "manages people and everything else",
  member: "plans and changes schedules",
  viewer: "sees everything, changes nothing",
};

export function PersonDialog(props: { person: Doc<"users"> | null; onClose: () => void }) {
  const { person, onClose } = props;
  const { organization } = useOrganization();
  const create = useWrite(api.mutations.users.create);
  const update = useWrite(api.mutations.users.update);
  const [fields, setFields] = useState({ name: person?.name ?? "", email: person?.email ?? "" });
  const [role, setRole] = useState<Role>(person?.role ?? "member");
  const [error, setError] = useState<string | null>(null);
  const submit = async () => {
    const organizationId = organization._id;
    const failure =
      person === null
        ? await create({ organizationId, ...fields, role })
        : await update({
            organizationId,
            userId: person._id,
            ...(fields.name === person.name ? {} : { name: fields.name }),
            ...(role === person.role ? {} : { role }),
          });
    if (failure === null) onClose();
    else setError(failure);
  };
  return (
    <Dialog title={person === null ? "Add a person" : `Edit ${person.name}`} onClose={onClose}>
      <DialogForm
        submit={person === null ? "Add" : "Save"}
        error={error}
        onSubmit={() => void submit()}
        onCancel={onClose}
      >
        <PersonFields value={fields} onChange={setFields} emailStays={person !== null} />
        <fieldset className="choices">
          <legend>Role</legend>
          {(["admin", "member", "viewer"] as const).map((value) => (
            <label key={value}>
              <input
                type="radio"
                name="role"
                checked={role === value}
                onChange={() => setRole(value)}
              />
              <span>
                <strong>{roleName[value]}</strong> {roleDetail[value]}
              </span>
            </label>
          ))}
        </fieldset>
      </DialogForm>
    </Dialog>
  );
}
