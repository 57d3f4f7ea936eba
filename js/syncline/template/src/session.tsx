// Session: one person's data on this device, open: the Syncline client, and Convex's over it.
import { ConvexProviderWithAuth, ConvexReactClient } from "convex/react";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { SynclineClient } from "syncline";
import { SynclineProvider } from "syncline/react";
import { fetchToken, type Person, rememberedToken } from "./person.ts";

interface Clients {
  syncline: SynclineClient;
  convex: ConvexReactClient;
}

function open(): Clients {
  const syncline = new SynclineClient({
    worker: new Worker(new URL("./syncline.worker.ts", import.meta.url), { type: "module" }),
    url: location.origin, // the relay: Vite hands on to it, or it serves this page itself
    storage: "opfs",
    name: "lists",
  });
  const convex = new ConvexReactClient(syncline.address, {
    webSocketConstructor: syncline.webSocketConstructor,
  });
  return { syncline, convex };
}

// The next session opens when the last one has let go of its files.
let lastClosed: Promise<void> = Promise.resolve();

const PersonContext = createContext<Person | null>(null);

export function Session({ person, children }: { person: Person; children: ReactNode }) {
  const [clients, setClients] = useState<Clients | null>(null);
  useEffect(() => {
    let left = false;
    const opened = lastClosed.then(() => (left ? null : open()));
    void opened.then((next) => left || setClients(next));
    return () => {
      left = true;
      lastClosed = opened.then(async (last) => {
        await last?.convex.close();
        await last?.syncline.close();
      });
    };
  }, []);
  if (clients === null) return null;
  return (
    <PersonContext value={person}>
      <SynclineProvider client={clients.syncline}>
        <ConvexProviderWithAuth client={clients.convex} useAuth={useTokens}>
          {children}
        </ConvexProviderWithAuth>
      </SynclineProvider>
    </PersonContext>
  );
}

// What ConvexProviderWithAuth asks of an auth provider.
function useTokens() {
  const person = useContext(PersonContext);
  return useMemo(
    () => ({
      isLoading: false,
      isAuthenticated: person !== null,
      fetchAccessToken: async ({ forceRefreshToken }: { forceRefreshToken: boolean }) =>
        (forceRefreshToken ? null : rememberedToken()) ?? (person && (await fetchToken(person))),
    }),
    [person],
  );
}
