// Reviews: the résumés that wait for a coach, and who has accepted which.
import { useQuery } from "convex/react";
import { type FormEvent, useState } from "react";
import { Skeleton } from "../../lib/src/skeleton.tsx";
import { useWrite } from "../../lib/src/use-write.ts";
import { api } from "../convex/_generated/api.js";
import type { Doc, Id } from "../convex/_generated/dataModel.js";
import { useAsking } from "./use-asking.ts";

type Role = Doc<"members">["role"];

export function Reviews(props: { centerId: Id<"centers">; role: Role }) {
  const reviews = useQuery(api.reviews.list, { centerId: props.centerId });
  return (
    <section className="column" aria-labelledby="reviews">
      <h2 id="reviews">Résumés to review</h2>
      {reviews === undefined ? (
        <Skeleton rows={3} />
      ) : (
        reviews.map((review) => <ReviewCard key={review._id} review={review} role={props.role} />)
      )}
      {props.role === "seeker" && <Ask centerId={props.centerId} />}
    </section>
  );
}

function ReviewCard({ review, role }: { review: Doc<"reviews">; role: Role }) {
  const { ask, isAsking } = useAsking(api.reviews.accept);
  const { _id: reviewId, title, seeker, status, coachName } = review;
  return (
    <article className="card" aria-label={title}>
      <div className="card-head">
        <h3>{title}</h3>
        <p className={status === "open" ? "seats" : "seats full"}>
          {status === "open" ? "Open" : status === "assigned" ? `With ${coachName}` : "Done"}
        </p>
      </div>
      <div className="card-foot">
        <p className="detail">{seeker}</p>
        {role === "coach" && status === "open" && (
          <button
            type="button"
            className="button primary"
            aria-disabled={isAsking}
            onClick={() => ask({ reviewId })}
          >
            {isAsking ? "Accepting…" : "Accept"}
          </button>
        )}
      </div>
      {role === "admin" && <Changes reviewId={reviewId} />}
    </article>
  );
}

const what = { open: "put it back", assigned: "accepted it", completed: "finished it" } as const;
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

// What happened, as the relay has kept it; each earlier state can be put back.
function Changes({ reviewId }: { reviewId: Id<"reviews"> }) {
  const changes = useQuery(api.reviews.changes, { reviewId });
  const putBack = useWrite(api.reviews.putBack);
  if (changes === undefined || changes.length === 0) return null;
  return (
    <ol className="changes" aria-label="What happened">
      {changes.map(({ entry, at, name, action, status }, index) => (
        <li key={entry}>
          <span className="detail">
            {name} {action === "insert" ? "asked for it" : what[status]} · {moment.format(at)}
          </span>
          {index > 0 && (
            <button type="button" className="button" onClick={() => void putBack({ entry })}>
              Put back
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}

function Ask({ centerId }: { centerId: Id<"centers"> }) {
  const send = useWrite(api.reviews.ask);
  const [title, setTitle] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await send({ centerId, title })) setTitle("");
  };
  return (
    <form className="card ask" onSubmit={(event) => void submit(event)}>
      <label className="field">
        Your résumé
        <input
          required
          maxLength={80}
          placeholder="Product designer, two pages"
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
      </label>
      <button type="submit" className="button">
        Ask for a review
      </button>
    </form>
  );
}
