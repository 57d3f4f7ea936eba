// Session: one person's data on this device, open: the Syncline client and the Convex client over it.
import { ConvexProviderWithAuth, ConvexReactClient } from "convex/react";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { SynclineClient, type UndoScope } from "syncline";
import { SynclineProvider } from "syncline/react";
import { fetchToken, type Person, relayOrigin, storedToken } from "./relay.ts";

/** What differs between the demos. */
export interface Demo {
  name: string;
  makeWorker(): Worker;
  storage: "opfs" | "memory";
  /** In which scope what a person does can be undone. */
  undo?: UndoScope;
}

export interface Session {
  demo: Demo;
  person: Person;
  syncline: SynclineClient;
  convex: ConvexReactClient;
}

const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("nobody is signed in here");
  return session;
}

// The switch survives a reload of this tab, as a lost network would.
const cutOffKey = "demo.cut-off";

export function isCutOff(): boolean {
  return sessionStorage.getItem(cutOffKey) !== null;
}

export function setCutOff(syncline: SynclineClient, cutOff: boolean): void {
  if (cutOff) sessionStorage.setItem(cutOffKey, "yes");
  else sessionStorage.removeItem(cutOffKey);
  syncline.setOnline(!cutOff);
}

function openSession(demo: Demo, person: Person): Session {
  const syncline = new SynclineClient({
    worker: demo.makeWorker(),
    url: relayOrigin,
    storage: demo.storage,
    name: `${demo.name}-${person.subject}`,
    ...(demo.undo ? { undo: demo.undo } : {}),
  });
  if (isCutOff()) syncline.setOnline(false);
  const convex = new ConvexReactClient(syncline.address, {
    webSocketConstructor: syncline.webSocketConstructor,
  });
  return { demo, person, syncline, convex };
}

async function closeSession({ convex, syncline }: Session): Promise<void> {
  await convex.close();
  await syncline.close();
}

// One session at a time: the next one opens when the last one has let go of its data.
let lastClosed: Promise<void> = Promise.resolve();

/**
 * The person's session, null until it is there. It is closed a moment after the component has left the
 * page, when everything below has let go of it. REQUIRES: the component has the person as its key, and the demo is
 * always the same object.
 */
export function useOpenSession(demo: Demo, person: Person): Session | null {
  const [session, setSession] = useState<Session | null>(null);
  useEffect(() => {
    let left = false;
    const opened = lastClosed.then(() => (left ? null : openSession(demo, person)));
    void opened.then((next) => left || setSession(next));
    return () => {
      left = true;
      lastClosed = opened
        .then((last) => (last === null ? undefined : closeSession(last)))
        .catch((error: unknown) => console.warn("The last session did not close:", error));
    };
  }, [demo, person]);
  return session;
}

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  return (
    <SessionContext value={session}>
      <SynclineProvider client={session.syncline}>
        <ConvexProviderWithAuth client={session.convex} useAuth={useTokens}>
          {children}
        </ConvexProviderWithAuth>
      </SynclineProvider>
    </SessionContext>
  );
}

// What ConvexProviderWithAuth asks of an auth provider.
function useTokens() {
  const { demo, person } = useSession();
  return useMemo(
    () => ({
      isLoading: false,
      isAuthenticated: true,
      fetchAccessToken: async ({ forceRefreshToken }: { forceRefreshToken: boolean }) =>
        (forceRefreshToken ? null : storedToken(demo.name, person)) ??
        (await fetchToken(demo.name, person)),
    }),
    [demo, person],
  );
}
