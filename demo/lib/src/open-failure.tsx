// OpenFailure: why the data on this device could not be opened, and what helps. Problem: anything
// else that a person should know while they go on working.
import type { SyncStatus } from "syncline";
import { Icon } from "./icons.tsx";

type ProblemData = NonNullable<SyncStatus["problem"]>;

interface Advice {
  title: string;
  help: string;
}

function adviceFor({ code }: ProblemData): Advice {
  if (code === "conflict") {
    return {
      title: "Already open in another tab",
      help: "This person’s data is in use by another tab or window of this browser. Close it there, then try again. Nothing is lost or changed.",
    };
  }
  return {
    title: "This browser cannot keep the data",
    help: "The data is kept in the browser’s private file system, which is missing or full here. A private window often has none.",
  };
}

/** True if nothing works until the data on this device can be opened. */
export function isOpenFailure(problem: ProblemData): boolean {
  return problem.code === "conflict";
}

export function OpenFailure(props: {
  problem: ProblemData;
  onRetry: () => void;
  onLeave: () => void;
}) {
  const { title, help } = adviceFor(props.problem);
  return (
    <main className="page narrow">
      <div className="failure" role="alert">
        <Icon name="warning" />
        <h1>{title}</h1>
        <p>{help}</p>
        <p className="detail">{props.problem.message}</p>
        <div className="button-group">
          <button type="button" className="button primary" onClick={props.onRetry}>
            Try again
          </button>
          <button type="button" className="button" onClick={props.onLeave}>
            Choose somebody else
          </button>
        </div>
      </div>
    </main>
  );
}

/** A line above the page. */
export function ProblemLine({ problem }: { problem: ProblemData }) {
  return (
    <p className="problem" role="alert">
      <Icon name="warning" />
      <span>{problem.message}</span>
    </p>
  );
}
