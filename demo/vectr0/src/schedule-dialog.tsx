// ScheduleDialog: makes a schedule, or changes one. A change sends only the fields that differ, so
// that edits of different people to different fields both stay.
import { useState } from "react";
import { Dialog, DialogForm } from "../../lib/src/dialog.tsx";
import { api } from "../convex/_generated/api.js";
import type { Doc, Id } from "../convex/_generated/dataModel.js";
import { addDays, fromInputText, hourMs, startOfDay, toInputText } from "./dates.ts";
import { useOrganization, useReason } from "./organization.tsx";
import { whyNotEdit, whyNotWrite } from "./permissions.ts";
import { useWrite } from "./use-write.ts";

interface Fields {
  title: string;
  description: string;
  userId: Id<"users">;
  start: string;
  end: string;
}

function initialFields(
  schedule: Doc<"schedules"> | null,
  userId: Id<"users">,
  day: number,
): Fields {
  const start = schedule?.startDate ?? startOfDay(day) + 9 * hourMs;
  return {
    title: schedule?.title ?? "",
    description: schedule?.description ?? "",
    userId: schedule?.userId ?? userId,
    start: toInputText(start),
    end: toInputText(schedule?.endDate ?? start + hourMs),
  };
}

export function ScheduleDialog(props: {
  // Null makes a new one.
  schedule: Doc<"schedules"> | null;
  // The day that a new one starts with; otherwise tomorrow.
  day?: number;
  onClose: () => void;
}) {
  const { schedule, onClose } = props;
  const { organization, member, people, role } = useOrganization();
  const unless = useReason();
  const create = useWrite(api.mutations.schedules.create);
  const update = useWrite(api.mutations.schedules.update);
  const [before] = useState(() =>
    initialFields(schedule, member._id, props.day ?? addDays(Date.now(), 1)),
  );
  const [fields, setFields] = useState(before);
  const [error, setError] = useState<string | null>(null);
  const set = (change: Partial<Fields>) => setFields({ ...fields, ...change });
  const changed = (name: keyof Fields) => fields[name] !== before[name];

  const submit = async () => {
    const startDate = fromInputText(fields.start);
    const endDate = fromInputText(fields.end);
    if (Number.isNaN(startDate) || Number.isNaN(endDate)) {
      setError("Start and end must be dates.");
      return;
    }
    const { title, description, userId } = fields;
    const organizationId = organization._id;
    const failure =
      schedule === null
        ? await create({ organizationId, title, description, userId, startDate, endDate })
        : await update({
            organizationId,
            scheduleId: schedule._id,
            ...(changed("title") ? { title } : {}),
            ...(changed("description") ? { description } : {}),
            ...(changed("userId") ? { userId } : {}),
            ...(changed("start") ? { startDate } : {}),
            ...(changed("end") ? { endDate } : {}),
          });
    if (failure === null) onClose();
    else setError(failure);
  };

  return (
    <Dialog title={schedule === null ? "New schedule" : "Edit schedule"} onClose={onClose}>
      <DialogForm
        submit={schedule === null ? "Create" : "Save"}
        error={error}
        disabledReason={unless(
          schedule === null ? whyNotWrite(role) : whyNotEdit(role, schedule.status),
        )}
        onSubmit={() => void submit()}
        onCancel={onClose}
      >
        <label className="field">
          Title
          <input
            required
            maxLength={120}
            value={fields.title}
            onChange={(event) => set({ title: event.target.value })}
          />
        </label>
        <label className="field">
          <span>
            Description <span className="optional">optional</span>
          </span>
          <textarea
            rows={3}
            value={fields.description}
            onChange={(event) => set({ description: event.target.value })}
          />
        </label>
        <div className="field-pair">
          <label className="field">
            Start
            <input
              type="datetime-local"
              required
              value={fields.start}
              onChange={(event) => set({ start: event.target.value })}
            />
          </label>
          <label className="field">
            End
            <input
              type="datetime-local"
              required
              min={fields.start}
              value={fields.end}
              onChange={(event) => set({ end: event.target.value })}
            />
          </label>
        </div>
        <label className="field">
          Person
          <select
            value={fields.userId}
            onChange={(event) => set({ userId: event.target.value as Id<"users"> })}
          >
            {people.map((person) => (
              <option key={person._id} value={person._id}>
                {person.name}
              </option>
            ))}
          </select>
        </label>
      </DialogForm>
    </Dialog>
  );
}
