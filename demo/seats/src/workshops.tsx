// Workshops: what is offered, who has a seat, and taking or giving back one's own.
import { useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { Initials } from "../../lib/src/initials.tsx";
import { Skeleton } from "../../lib/src/skeleton.tsx";
import { useWrite } from "../../lib/src/use-write.ts";
import { api } from "../convex/_generated/api.js";
import type { Id } from "../convex/_generated/dataModel.js";
import { useAsking } from "./use-asking.ts";

type Workshop = FunctionReturnType<typeof api.workshops.list>[number];

const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });
const time = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });

export function Workshops({ centerId, canBook }: { centerId: Id<"centers">; canBook: boolean }) {
  const workshops = useQuery(api.workshops.list, { centerId });
  return (
    <section className="column" aria-labelledby="workshops">
      <h2 id="workshops">Workshops</h2>
      {workshops === undefined ? (
        <Skeleton rows={3} />
      ) : (
        workshops.map((workshop) => (
          <WorkshopCard key={workshop._id} workshop={workshop} canBook={canBook} />
        ))
      )}
      {workshops?.length === 0 && <p className="empty">Nothing is planned yet.</p>}
    </section>
  );
}

function WorkshopCard({ workshop, canBook }: { workshop: Workshop; canBook: boolean }) {
  const { _id: workshopId, title, coach, startsAt, seats, seated, mine } = workshop;
  const { ask, isAsking } = useAsking(api.workshops.book);
  const cancel = useWrite(api.workshops.cancel);
  const left = Math.max(0, seats - seated.length);
  return (
    <article className="card" aria-label={title}>
      <div className="card-head">
        <h3>{title}</h3>
        <p className={left === 0 ? "seats full" : "seats"}>
          {left === 0 ? "Full" : `${left} of ${seats} ${seats === 1 ? "seat" : "seats"} left`}
        </p>
      </div>
      <p className="detail">
        {day.format(startsAt)}, {time.format(startsAt)} · with {coach}
      </p>
      <div className="card-foot">
        <ul className="seated" aria-label={`In ${title}`}>
          {seated.map((name) => (
            <li key={name} title={name}>
              <Initials name={name} />
            </li>
          ))}
        </ul>
        {mine ? (
          <>
            <span className="badge">Your seat</span>
            <button type="button" className="button" onClick={() => void cancel({ workshopId })}>
              Give it back
            </button>
          </>
        ) : (
          canBook &&
          left > 0 && (
            <button
              type="button"
              className="button primary"
              aria-disabled={isAsking}
              onClick={() => ask({ workshopId })}
            >
              {isAsking ? "Booking…" : "Book a seat"}
            </button>
          )
        )}
      </div>
    </article>
  );
}
