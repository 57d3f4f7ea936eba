// Board: the jobs by how far their applications have come, and finding one of them.
import { usePaginatedQuery, useQuery } from "convex/react";
import { useMemo, useState } from "react";
import { Icon } from "../../lib/src/icons.tsx";
import { Skeleton } from "../../lib/src/skeleton.tsx";
import { api } from "../convex/_generated/api.js";
import type { Doc } from "../convex/_generated/dataModel.js";
import { JobCard } from "./job-card.tsx";
import { JobDialog } from "./job-dialog.tsx";

type Status = Doc<"jobs">["status"];

const columns: readonly { status: Status; title: string }[] = [
  { status: "saved", title: "Saved" },
  { status: "applied", title: "Applied" },
  { status: "interviewing", title: "Interviewing" },
  { status: "offered", title: "Offered" },
  { status: "accepted", title: "Accepted" },
  { status: "rejected", title: "Rejected" },
];

// Jobs of one page of the list.
const pageSize = 100;

export function Board() {
  const { results, status, loadMore } = usePaginatedQuery(
    api.jobs.list,
    {},
    { initialNumItems: pageSize },
  );
  const counts = useQuery(api.jobs.countByStatus, {});
  const applications = useQuery(api.applications.list, {});
  const [text, setText] = useState("");
  const [saving, setSaving] = useState(false);
  const found = useQuery(api.jobs.search, text.trim() === "" ? "skip" : { text });
  const openByJob = useMemo(
    () =>
      // The list has the newest first; of a job's applications, the newest one counts.
      new Map(
        (applications ?? []).toReversed().map((application) => [application.jobId, application]),
      ),
    [applications],
  );
  if (status === "LoadingFirstPage" || counts === undefined) return <Skeleton rows={6} />;
  const jobs = found ?? results;
  return (
    <>
      <div className="board-bar">
        <label className="field search">
          <span>Find a job</span>
          <input
            type="search"
            placeholder="Title"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <button type="button" className="button primary" onClick={() => setSaving(true)}>
          <Icon name="plus" />
          Save a job
        </button>
      </div>
      {results.length === 0 ? (
        <div className="empty">
          <h2>No jobs yet</h2>
          <p>Save the first one that you would like to have.</p>
        </div>
      ) : (
        <div className="board">
          {columns.map((column) => (
            <section key={column.status} className="column" aria-label={column.title}>
              <h2>
                {column.title} <span className="count">{counts[column.status]}</span>
              </h2>
              <ul>
                {jobs
                  .filter((job) => job.status === column.status)
                  .map((job) => (
                    <li key={job._id}>
                      <JobCard job={job} application={openByJob.get(job._id)} />
                    </li>
                  ))}
              </ul>
            </section>
          ))}
        </div>
      )}
      {status === "CanLoadMore" && found === undefined && (
        <button type="button" className="button" onClick={() => loadMore(pageSize)}>
          Show older jobs
        </button>
      )}
      {saving && <JobDialog onClose={() => setSaving(false)} />}
    </>
  );
}
