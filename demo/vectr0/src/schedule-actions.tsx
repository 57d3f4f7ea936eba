// ScheduleActions: what can be done to one schedule: the next step of its status, edit, cancel, delete.
import { useState } from "react";
import { ConfirmDialog } from "../../lib/src/dialog.tsx";
import type { IconName } from "../../lib/src/icons.tsx";
import { useNotice } from "../../lib/src/notice.tsx";
import { api } from "../convex/_generated/api.js";
import type { Doc } from "../convex/_generated/dataModel.js";
import { ActionButton } from "./action-button.tsx";
import { useOrganization, useReason } from "./organization.tsx";
import { nextStep, whyNotCancel, whyNotDelete, whyNotEdit } from "./permissions.ts";
import type { Status } from "./route.ts";
import { useWrite } from "./use-write.ts";

const stepIcon: Record<Status, IconName> = {
  draft: "play",
  active: "check",
  completed: "undo",
  cancelled: "undo",
};

export function ScheduleActions(props: { schedule: Doc<"schedules">; onEdit: () => void }) {
  const { schedule } = props;
  const { organization, role } = useOrganization();
  const unless = useReason();
  const notify = useNotice();
  const setStatus = useWrite(api.mutations.schedules.setStatus);
  const remove = useWrite(api.mutations.schedules.remove);
  const [asking, setAsking] = useState(false);

  const target = { organizationId: organization._id, scheduleId: schedule._id };
  const report = (failure: string | null) => {
    if (failure !== null) notify(failure);
  };
  const step = nextStep[schedule.status];
  const cancelReason = whyNotCancel(role, schedule.status);
  return (
    <div className="actions">
      <ActionButton
        icon={stepIcon[schedule.status]}
        label={step.label}
        subject={schedule.title}
        reason={unless(whyNotEdit(role, schedule.status))}
        onClick={() => void setStatus({ ...target, status: step.to }).then(report)}
      />
      <ActionButton
        icon="edit"
        label="Edit"
        subject={schedule.title}
        reason={unless(whyNotEdit(role, schedule.status))}
        onClick={props.onEdit}
      />
      <ActionButton
        icon="cancel"
        label="Cancel"
        subject={schedule.title}
        reason={schedule.status === "cancelled" ? cancelReason : unless(cancelReason)}
        onClick={() => void setStatus({ ...target, status: "cancelled" }).then(report)}
      />
      <ActionButton
        icon="remove"
        label="Delete"
        subject={schedule.title}
        reason={unless(whyNotDelete(role, schedule.status))}
        onClick={() => setAsking(true)}
      />
      {asking && (
        <ConfirmDialog
          title="Delete this schedule?"
          message={`“${schedule.title}” disappears for everyone in ${organization.name}.`}
          confirm="Delete"
          onConfirm={() => void remove(target).then(report)}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}
