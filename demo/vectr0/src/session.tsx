// Session: one person's data on this device, open: the Syncline client and the Convex client over it.
import { ConvexProviderWithAuth, ConvexReactClient } from "convex/react";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { SynclineClient } from "syncline";
import { SynclineProvider } from "syncline/react";
import { api } from "../convex/_generated/api.js";
import type { Person } from "./people.ts";
import { fetchToken, relayOrigin, storedToken } from "./relay.ts";
import { currentRoute } from "./route.ts";

export interface Session {
  person: Person;
  syncline: SynclineClient;
  convex: ConvexReactClient;
}

declare global {
  // For the browser's console: vectr0.syncline.mutation(vectr0.api.mutations.schedules.create, {...})
  var vectr0: { syncline: SynclineClient; api: typeof api };
}

const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("nobody is signed in here");
  return session;
}

// The switch survives a reload of this tab, as a lost network would.
const cutOffKey = "vectr0.cut-off";

export function isCutOff(): boolean {
  return sessionStorage.getItem(cutOffKey) !== null;
}

export function setCutOff(syncline: SynclineClient, cutOff: boolean): void {
  if (cutOff) sessionStorage.setItem(cutOffKey, "yes");
  else sessionStorage.removeItem(cutOffKey);
  syncline.setOnline(!cutOff);
}

function openSession(person: Person): Session {
  const syncline = new SynclineClient({
    worker: new Worker(new URL("./syncline.worker.ts", import.meta.url), { type: "module" }),
    url: relayOrigin,
    storage: currentRoute().storage,
    name: `vectr0-${person.subject}`,
  });
  if (isCutOff()) syncline.setOnline(false);
  const convex = new ConvexReactClient(syncline.address, {
    webSocketConstructor: syncline.webSocketConstructor,
  });
  globalThis.vectr0 = { syncline, api };
  return { person, syncline, convex };
}

async function closeSession({ convex, syncline }: Session): Promise<void> {
  await convex.close();
  await syncline.close();
}

// One session at a time: the next one opens when the last one has let go of its data.
let lastClosed: Promise<void> = Promise.resolve();

/**
 * The person's session, null until it is there. It is closed a moment after the component has left the
 * page, when everything below has let go of it. REQUIRES: the component has the person as its key.
 */
export function useOpenSession(person: Person): Session | null {
  const [session, setSession] = useState<Session | null>(null);
  useEffect(() => {
    let left = false;
    const opened = lastClosed.then(() => (left ? null : openSession(person)));
    void opened.then((next) => left || setSession(next));
    return () => {
      left = true;
      lastClosed = opened
        .then((last) => (last === null ? undefined : closeSession(last)))
        .catch((error: unknown) => console.warn("The last session did not close:", error));
    };
  }, [person]);
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
  const { person } = useSession();
  return useMemo(
    () => ({
      isLoading: false,
      isAuthenticated: true,
      fetchAccessToken: async ({ forceRefreshToken }: { forceRefreshToken: boolean }) =>
        (forceRefreshToken ? null : storedToken(person)) ?? (await fetchToken(person)),
    }),
    [person],
  );
}
