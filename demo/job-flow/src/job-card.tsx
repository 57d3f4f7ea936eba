// JobCard: a job, and the steps that its application can take from where it is.
import type { FunctionReturnType } from "convex/server";
import { usePendingMutations } from "syncline/react";
import { Icon } from "../../lib/src/icons.tsx";
import { useWrite } from "../../lib/src/use-write.ts";
import { api } from "../convex/_generated/api.js";
import type { Doc } from "../convex/_generated/dataModel.js";

type Application = FunctionReturnType<typeof api.applications.list>[number];
type Status = Application["status"];

const steps: Readonly<Record<Status, readonly { to: Status; name: string }[]>> = {
  pending: [{ to: "submitted", name: "Send" }],
  submitted: [
    { to: "interviewing", name: "Interview" },
    { to: "rejected", name: "Rejected" },
  ],
  reviewed: [
    { to: "interviewing", name: "Interview" },
    { to: "rejected", name: "Rejected" },
  ],
  interviewing: [
    { to: "offered", name: "Offer" },
    { to: "rejected", name: "Rejected" },
  ],
  offered: [
    { to: "accepted", name: "Accept" },
    { to: "withdrawn", name: "Decline" },
  ],
  rejected: [],
  accepted: [],
  withdrawn: [],
};

export function JobCard(props: { job: Doc<"jobs">; application: Application | undefined }) {
  const { job, application } = props;
  const apply = useWrite(api.applications.create);
  const move = useWrite(api.applications.move);
  const remove = useWrite(api.jobs.remove);
  const isWaiting = usePendingMutations().some(({ rows }) => rows.some(({ id }) => id === job._id));
  const next = application === undefined ? [] : steps[application.status];
  return (
    <article className="card" aria-label={`${job.title}, ${job.company}`}>
      <header>
        <h3>{job.title}</h3>
        <button
          type="button"
          className="icon-button"
          aria-label={`Remove ${job.title}`}
          onClick={() => void remove({ id: job._id })}
        >
          <Icon name="remove" />
        </button>
      </header>
      <p className="detail">
        {job.company} · {job.location}
      </p>
      {job.salary !== undefined && <p className="detail">{job.salary}</p>}
      <footer className="button-group">
        {job.status === "saved" && application?.status !== "pending" && (
          <button
            type="button"
            className="button"
            onClick={() => void apply({ jobId: job._id, submit: true })}
          >
            Apply
          </button>
        )}
        {application !== undefined &&
          next.map(({ to, name }) => (
            <button
              key={to}
              type="button"
              className="button"
              onClick={() => void move({ id: application._id, status: to })}
            >
              {name}
            </button>
          ))}
        {isWaiting && <span className="waiting">not sent yet</span>}
      </footer>
    </article>
  );
}
