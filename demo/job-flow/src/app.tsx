// App: from choosing a person to their board.
import { DemoApp } from "../../lib/src/demo-app.tsx";
import type { Demo } from "../../lib/src/session.tsx";
import { people } from "./people.ts";
import { Workspace } from "./workspace.tsx";

const demo: Demo = {
  name: "job-flow",
  storage: "opfs",
  makeWorker: () =>
    new Worker(new URL("./syncline.worker.ts", import.meta.url), { type: "module" }),
};

const wordmark = (
  <>
    Job<span>Flow</span>
  </>
);

export function App() {
  return (
    <DemoApp
      demo={demo}
      people={people}
      Workspace={Workspace}
      wordmark={wordmark}
      question="Whose search is it?"
    >
      Each person’s jobs and applications are theirs alone, on all their devices, with or without a
      network.
    </DemoApp>
  );
}
