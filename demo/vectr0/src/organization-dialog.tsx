// OrganizationDialog: founds an organization, or renames and deletes one.
import { useState } from "react";
import { ConfirmDialog, Dialog, DialogForm } from "../../lib/src/dialog.tsx";
import { useSession } from "../../lib/src/session.tsx";
import { api } from "../convex/_generated/api.js";
import type { Doc } from "../convex/_generated/dataModel.js";
import { go } from "./route.ts";
import { useWrite } from "./use-write.ts";

export function FoundDialog({ onClose }: { onClose: () => void }) {
  const { syncline } = useSession();
  const [name, setName] = useState("");
  const [error, setError] = useState<string | null>(null);
  const submit = async () => {
    try {
      const founding = syncline.mutation(api.mutations.organizations.create, { name });
      const organization = await founding.applied;
      go({ organization, view: "list", status: null });
      onClose();
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
    }
  };
  return (
    <Dialog title="New organization" onClose={onClose}>
      <DialogForm submit="Create" error={error} onSubmit={() => void submit()} onCancel={onClose}>
        <label className="field">
          Name
          <input
            required
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <p className="hint">You become its admin, and can add people afterwards.</p>
      </DialogForm>
    </Dialog>
  );
}

export function OrganizationDialog(props: {
  organization: Doc<"organizations">;
  onClose: () => void;
}) {
  const { organization, onClose } = props;
  const rename = useWrite(api.mutations.organizations.rename);
  const remove = useWrite(api.mutations.organizations.remove);
  const [name, setName] = useState(organization.name);
  const [error, setError] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const organizationId = organization._id;
  const submit = async () => {
    const failure = await rename({ organizationId, name });
    if (failure === null) onClose();
    else setError(failure);
  };
  const destroy = async () => {
    const failure = await remove({ organizationId });
    if (failure === null) go({ organization: null }, true);
    else setError(failure);
  };
  return (
    <Dialog title="Organization" onClose={onClose}>
      <DialogForm submit="Save" error={error} onSubmit={() => void submit()} onCancel={onClose}>
        <label className="field">
          Name
          <input
            required
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <p className="danger-zone">
          <span>Deletes its schedules and people for everyone.</span>
          <button type="button" className="button danger" onClick={() => setAsking(true)}>
            Delete organization
          </button>
        </p>
      </DialogForm>
      {asking && (
        <ConfirmDialog
          title={`Delete ${organization.name}?`}
          message="All its schedules and memberships go with it. This cannot be undone."
          confirm="Delete"
          onConfirm={() => void destroy()}
          onClose={() => setAsking(false)}
        />
      )}
    </Dialog>
  );
}
