// App: from choosing a person to their open organization.
import { useEffect, useMemo } from "react";
import type { SynclineClient } from "syncline";
import { NoticeProvider } from "../../lib/src/notice.tsx";
import { OpenSession } from "../../lib/src/open-session.tsx";
import { type Demo, useSession } from "../../lib/src/session.tsx";
import { api } from "../convex/_generated/api.js";
import { findPerson } from "./people.ts";
import { currentRoute, go, useRoute } from "./route.ts";
import { Welcome } from "./welcome.tsx";
import { Workspace } from "./workspace.tsx";

declare global {
  // For the browser's console: vectr0.syncline.mutation(vectr0.api.mutations.schedules.create, {...})
  var vectr0: { syncline: SynclineClient; api: typeof api };
}

const demo: Demo = {
  name: "vectr0",
  storage: currentRoute().storage,
  makeWorker: () =>
    new Worker(new URL("./syncline.worker.ts", import.meta.url), { type: "module" }),
  // What somebody did to an organization's schedules can be undone there.
  undo: (path, { organizationId }) =>
    path.startsWith("mutations/schedules:") ? String(organizationId) : null,
};

export function App() {
  const subject = useRoute().person;
  // One object for one person: their session lives as long.
  const person = useMemo(() => findPerson(subject), [subject]);
  return (
    <NoticeProvider>
      {person === undefined ? (
        <Welcome />
      ) : (
        <OpenSession demo={demo} person={person} onLeave={() => go({ person: null })}>
          <OnConsole />
          <Workspace />
        </OpenSession>
      )}
    </NoticeProvider>
  );
}

function OnConsole() {
  const { syncline } = useSession();
  useEffect(() => {
    globalThis.vectr0 = { syncline, api };
  }, [syncline]);
  return null;
}
