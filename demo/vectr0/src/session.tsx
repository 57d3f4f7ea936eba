// Session: one person's data on this device, open: the Syncline client and the Convex client over it.
import { ConvexProviderWithAuth, ConvexReactClient } from "convex/react";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { SynclineClient } from "syncline";
import { SynclineProvider } from "syncline/react";
import type { Person } from "./people.ts";
import { fetchToken, findRelay, storedToken } from "./relay.ts";

export interface Session {
  person: Person;
  syncline: SynclineClient;
  convex: ConvexReactClient;
  relay: URL;
}

const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("nobody is signed in here");
  return session;
}

// The switch survives a reload of this tab, as a lost network would.
const offlineKey = "vectr0.offline";

export function isCutOff(): boolean {
  return sessionStorage.getItem(offlineKey) !== null;
}

export function setCutOff(syncline: SynclineClient, cutOff: boolean): void {
  if (cutOff) sessionStorage.setItem(offlineKey, "yes");
  else sessionStorage.removeItem(offlineKey);
  syncline.setOnline(!cutOff);
}

async function openSession(person: Person): Promise<Session> {
  const relay = await findRelay();
  const syncline = new SynclineClient({
    worker: new Worker(new URL("./syncline.worker.ts", import.meta.url), { type: "module" }),
    url: relay.origin,
    storage: new URLSearchParams(location.search).get("storage") === "memory" ? "memory" : "opfs",
    name: `vectr0-${person.subject}`,
  });
  if (isCutOff()) syncline.setOnline(false);
  const convex = new ConvexReactClient(syncline.address, {
    webSocketConstructor: syncline.webSocketConstructor,
  });
  return { person, syncline, convex, relay };
}

async function closeSession(session: Session): Promise<void> {
  await session.convex.close();
  await session.syncline.close();
}

// One session at a time: the next one opens when the last one has let go of its data.
let lastClosed: Promise<void> = Promise.resolve();

export type Opening =
  | { state: "opening" }
  | { state: "open"; session: Session }
  | { state: "failed"; error: unknown };

/** The person's session, opened again whenever `attempt` changes. */
export function useOpenSession(person: Person, attempt: number): Opening {
  const [opening, setOpening] = useState<Opening>({ state: "opening" });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt opens again
  useEffect(() => {
    let left = false;
    setOpening({ state: "opening" });
    const opened = lastClosed.then(() => openSession(person));
    opened.then(
      (session) => left || setOpening({ state: "open", session }),
      (error: unknown) => left || setOpening({ state: "failed", error }),
    );
    return () => {
      left = true;
      lastClosed = opened.then(closeSession).catch(() => {});
    };
  }, [person, attempt]);
  return opening;
}

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  const useAuth = useMemo(() => () => useTokens(session), [session]);
  return (
    <SessionContext value={session}>
      <SynclineProvider client={session.syncline}>
        <ConvexProviderWithAuth client={session.convex} useAuth={useAuth}>
          {children}
        </ConvexProviderWithAuth>
      </SynclineProvider>
    </SessionContext>
  );
}

// What ConvexProviderWithAuth asks of an auth provider.
function useTokens({ relay, person }: Session) {
  return useMemo(
    () => ({
      isLoading: false,
      isAuthenticated: true,
      fetchAccessToken: async ({ forceRefreshToken }: { forceRefreshToken: boolean }) =>
        (forceRefreshToken ? null : storedToken(person)) ?? (await fetchToken(relay, person)),
    }),
    [relay, person],
  );
}
