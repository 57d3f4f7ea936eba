// Timeline: a week or four weeks, a lane for each person, a bar for each schedule.
import { useQuery } from "convex/react";
import { useState } from "react";
import { Icon } from "../../lib/src/icons.tsx";
import { Initials } from "../../lib/src/initials.tsx";
import { Skeleton } from "../../lib/src/skeleton.tsx";
import { api } from "../convex/_generated/api.js";
import type { Doc } from "../convex/_generated/dataModel.js";
import {
  addDays,
  formatPeriod,
  formatRange,
  fromDayText,
  startOfDay,
  startOfWeek,
  toDayText,
  weekdayName,
} from "./dates.ts";
import { useOrganization } from "./organization.tsx";
import { packLanes } from "./pack-lanes.ts";
import { statusName } from "./permissions.ts";
import { go, type Span, useRoute } from "./route.ts";
import { ScheduleDialog } from "./schedule-dialog.tsx";

const dayCount: Record<Span, number> = { week: 7, month: 28 };

export function Timeline() {
  const { organization, people } = useOrganization();
  const route = useRoute();
  const [editing, setEditing] = useState<Doc<"schedules"> | null>(null);
  const from = route.from === null ? startOfWeek(Date.now()) : fromDayText(route.from);
  const count = dayCount[route.span];
  const days = Array.from({ length: count }, (_, index) => addDays(from, index));
  const to = addDays(from, count);
  const schedules = useQuery(api.queries.schedules.listWithin, {
    organizationId: organization._id,
    from,
    to,
  });
  const shown = schedules?.filter(
    (schedule) => route.status === null || schedule.status === route.status,
  );
  const lanes = people.map((person) => ({
    id: person._id as string,
    name: person.name,
    schedules: shown?.filter((schedule) => schedule.userId === person._id) ?? [],
  }));
  const orphans = shown?.filter((schedule) => !people.some(({ _id }) => _id === schedule.userId));
  if (orphans !== undefined && orphans.length > 0) {
    lanes.push({ id: "nobody", name: "Somebody who left", schedules: orphans });
  }
  return (
    <>
      <TimelineBar from={from} days={count} span={route.span} />
      {shown === undefined ? (
        <Skeleton rows={5} />
      ) : (
        // The region scrolls sideways on narrow screens, so it can have the focus.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        <section className={`timeline ${route.span}`} aria-label="Timeline" tabIndex={0}>
          <div className="timeline-grid" style={{ "--days": count }}>
            <div className="timeline-days" aria-hidden="true">
              {days.map((day) => (
                <DayHead key={day} day={day} narrow={route.span === "month"} />
              ))}
            </div>
            {lanes.map((lane) => (
              <Lane key={lane.id} {...lane} from={from} to={to} onOpen={setEditing} />
            ))}
          </div>
        </section>
      )}
      {shown?.length === 0 && <p className="empty">Nothing is planned in this period.</p>}
      {editing !== null && <ScheduleDialog schedule={editing} onClose={() => setEditing(null)} />}
    </>
  );
}

function TimelineBar({ from, days, span }: { from: number; days: number; span: Span }) {
  const move = (count: number) => go({ from: toDayText(addDays(from, count)) }, true);
  return (
    <div className="timeline-bar">
      <div className="button-group">
        <button type="button" className="icon-button" onClick={() => move(-days)}>
          <Icon name="left" />
          <span className="hidden">Earlier</span>
        </button>
        <button type="button" className="button" onClick={() => go({ from: null }, true)}>
          Today
        </button>
        <button type="button" className="icon-button" onClick={() => move(days)}>
          <Icon name="right" />
          <span className="hidden">Later</span>
        </button>
      </div>
      <p className="timeline-range" aria-live="polite">
        {formatRange(from, addDays(from, days - 1))}
      </p>
      <fieldset className="segments">
        <legend className="hidden">Period</legend>
        {(["week", "month"] as const).map((value) => (
          <label key={value}>
            <input
              type="radio"
              name="span"
              checked={span === value}
              onChange={() => go({ span: value }, true)}
            />
            <span>{value === "week" ? "Week" : "4 weeks"}</span>
          </label>
        ))}
      </fieldset>
    </div>
  );
}

function DayHead({ day, narrow }: { day: number; narrow: boolean }) {
  const weekday = new Date(day).getDay();
  const kind = [
    day === startOfDay(Date.now()) ? "today" : "",
    weekday === 0 || weekday === 6 ? "weekend" : "",
    weekday === 1 ? "monday" : "",
  ];
  return (
    <span className={`day ${kind.join(" ")}`}>
      <span className="weekday">{weekdayName(day, narrow)}</span>
      <span className="day-number">{new Date(day).getDate()}</span>
    </span>
  );
}

function Lane(props: {
  name: string;
  schedules: readonly Doc<"schedules">[];
  from: number;
  to: number;
  onOpen: (schedule: Doc<"schedules">) => void;
}) {
  const { pendingRows } = useOrganization();
  const { placed, depth } = packLanes(props.schedules, props.from, props.to);
  return (
    <section className="lane" aria-label={props.name}>
      <h2 className="lane-name">
        <Initials name={props.name} />
        <span>{props.name}</span>
      </h2>
      <ul className="lane-bars" style={{ "--depth": Math.max(depth, 1) }}>
        {placed.map(({ item, left, width, row }) => (
          <li key={item._id} style={{ "--left": left, "--width": width, "--row": row }}>
            <button
              type="button"
              className={`bar ${item.status}${pendingRows.has(item._id) ? " waits" : ""}`}
              title={`${item.title}, ${formatPeriod(item.startDate, item.endDate)}`}
              aria-label={`${item.title}, ${statusName[item.status]}, ${formatPeriod(
                item.startDate,
                item.endDate,
              )}`}
              onClick={() => props.onOpen(item)}
            >
              {item.title}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
