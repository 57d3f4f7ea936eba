// OpenFailure: why the data on this device could not be opened, and what helps.
import { SynclineError } from "syncline";
import { Icon } from "./icons.tsx";
import { go } from "./route.ts";
import { toSentence } from "./use-write.ts";

interface Advice {
  title: string;
  help: string;
}

function adviceFor(error: unknown): Advice {
  const code = error instanceof SynclineError ? error.code : undefined;
  switch (code) {
    case "conflict":
      return {
        title: "Already open in another tab",
        help: "This person’s data is in use by another tab or window of this browser. Close it there, then try again. Nothing is lost or changed.",
      };
    case "unavailable":
      return {
        title: "This browser cannot keep the data",
        help: "VECTR0 stores its data in the browser’s private file system, which is missing or full here. A private window often has none.",
      };
    case "corrupt":
      return {
        title: "The data on this device is damaged",
        help: "It was put aside and can be fetched again from the relay.",
      };
    default:
      return { title: "The data could not be opened", help: "Trying again may help." };
  }
}

export function OpenFailure({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { title, help } = adviceFor(error);
  return (
    <main className="page narrow" role="alert">
      <div className="failure">
        <Icon name="warning" />
        <h1>{title}</h1>
        <p>{help}</p>
        <p className="detail">{toSentence(error)}</p>
        <div className="button-group">
          <button type="button" className="button primary" onClick={onRetry}>
            Try again
          </button>
          <button type="button" className="button" onClick={() => go({ person: null })}>
            Choose somebody else
          </button>
        </div>
      </div>
    </main>
  );
}
