// ScheduleList: the schedules in groups of time, with their marks and actions.
import { useQuery } from "convex/react";
import { useState } from "react";
import { Initials } from "../../lib/src/initials.tsx";
import { Skeleton } from "../../lib/src/skeleton.tsx";
import { api } from "../convex/_generated/api.js";
import type { Doc } from "../convex/_generated/dataModel.js";
import { RowMark, StatusBadge } from "./badge.tsx";
import { addDays, formatPeriod, startOfDay } from "./dates.ts";
import { useOrganization, usePerson } from "./organization.tsx";
import { statusName } from "./permissions.ts";
import type { Status } from "./route.ts";
import { ScheduleActions } from "./schedule-actions.tsx";
import { ScheduleDialog } from "./schedule-dialog.tsx";

interface Group {
  name: string;
  schedules: Doc<"schedules">[];
}

/** Running now, then what comes, then what is over; each by start. */
export function groupByTime(schedules: readonly Doc<"schedules">[], now: number): Group[] {
  const nextWeek = addDays(startOfDay(now), 7);
  const groups: Group[] = [
    { name: "Now", schedules: [] },
    { name: "Next 7 days", schedules: [] },
    { name: "Later", schedules: [] },
    { name: "Earlier", schedules: [] },
  ];
  for (const schedule of schedules) {
    const over = schedule.endDate < now;
    const index = over ? 3 : schedule.startDate <= now ? 0 : schedule.startDate < nextWeek ? 1 : 2;
    groups[index]?.schedules.push(schedule);
  }
  groups[3]?.schedules.reverse();
  return groups.filter((group) => group.schedules.length > 0);
}

export function ScheduleList({ status }: { status: Status | null }) {
  const { organization } = useOrganization();
  const schedules = useQuery(api.queries.schedules.list, {
    organizationId: organization._id,
    ...(status === null ? {} : { status }),
  });
  const [editing, setEditing] = useState<Doc<"schedules"> | null>(null);
  if (schedules === undefined) return <Skeleton rows={6} />;
  if (schedules.length === 0) {
    return (
      <p className="empty">
        {status === null
          ? "No schedules yet. The first one can be made with “New schedule”, online or not."
          : `No schedule is ${statusName[status].toLowerCase()} at the moment.`}
      </p>
    );
  }
  return (
    <>
      {groupByTime(schedules, Date.now()).map((group) => (
        <section key={group.name} className="group" aria-label={group.name}>
          <h2>
            {group.name} <span className="count">{group.schedules.length}</span>
          </h2>
          <ul className="rows">
            {group.schedules.map((schedule) => (
              <ScheduleRow
                key={schedule._id}
                schedule={schedule}
                onEdit={() => setEditing(schedule)}
              />
            ))}
          </ul>
        </section>
      ))}
      {editing !== null && <ScheduleDialog schedule={editing} onClose={() => setEditing(null)} />}
    </>
  );
}

function ScheduleRow({ schedule, onEdit }: { schedule: Doc<"schedules">; onEdit: () => void }) {
  const { pendingRows, refusedRows } = useOrganization();
  const person = usePerson(schedule.userId);
  const pending = pendingRows.has(schedule._id);
  return (
    <li className={`row ${schedule.status}${pending ? " waits" : ""}`} data-id={schedule._id}>
      <div className="row-text">
        <h3>{schedule.title}</h3>
        {schedule.description !== undefined && <p className="detail">{schedule.description}</p>}
      </div>
      <p className="row-when">
        <time dateTime={new Date(schedule.startDate).toISOString()}>
          {formatPeriod(schedule.startDate, schedule.endDate)}
        </time>
        <span className="row-who">
          <Initials name={person?.name ?? "?"} />
          {person?.name ?? "Somebody who left"}
        </span>
      </p>
      <p className="row-marks">
        <RowMark pending={pending} refused={refusedRows.has(schedule._id)} />
        <StatusBadge status={schedule.status} />
      </p>
      <ScheduleActions schedule={schedule} onEdit={onEdit} />
    </li>
  );
}
