// App: from choosing a person to their community.
import { DemoApp } from "../../lib/src/demo-app.tsx";
import type { Demo } from "../../lib/src/session.tsx";
import people from "./people.json";
import { Workspace } from "./workspace.tsx";

const demo: Demo = {
  name: "community",
  storage: "opfs",
  makeWorker: () =>
    new Worker(new URL("./syncline.worker.ts", import.meta.url), { type: "module" }),
};

const wordmark = "Commons";

export function App() {
  return (
    <DemoApp
      demo={demo}
      people={people}
      Workspace={Workspace}
      wordmark={wordmark}
      question="Who is here?"
    >
      Open a second window as somebody else to see posts travel. Everything also works with the
      network off.
    </DemoApp>
  );
}
