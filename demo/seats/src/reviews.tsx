// Reviews: the résumés that wait for a coach, and who has accepted which.
import { useQuery } from "convex/react";
import { type FormEvent, useState } from "react";
import { Skeleton } from "../../lib/src/skeleton.tsx";
import { useWrite } from "../../lib/src/use-write.ts";
import { api } from "../convex/_generated/api.js";
import type { Doc, Id } from "../convex/_generated/dataModel.js";
import { useAsking } from "./use-asking.ts";

export function Reviews(props: { centerId: Id<"centers">; isCoach: boolean }) {
  const reviews = useQuery(api.reviews.list, { centerId: props.centerId });
  return (
    <section className="column" aria-labelledby="reviews">
      <h2 id="reviews">Résumés to review</h2>
      {reviews === undefined ? (
        <Skeleton rows={3} />
      ) : (
        reviews.map((review) => (
          <ReviewCard key={review._id} review={review} isCoach={props.isCoach} />
        ))
      )}
      {!props.isCoach && <Ask centerId={props.centerId} />}
    </section>
  );
}

function ReviewCard({ review, isCoach }: { review: Doc<"reviews">; isCoach: boolean }) {
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
        {isCoach && status === "open" && (
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
    </article>
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
