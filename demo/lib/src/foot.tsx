// Foot: where the data is kept, where the relay is, and who is signed in.
import { useSyncStatus } from "syncline/react";
import { relayOrigin } from "./relay.ts";
import { useSession } from "./session.tsx";

export function Foot() {
  const { person } = useSession();
  const { storage } = useSyncStatus();
  return (
    <footer className="foot">
      <span data-storage={storage}>
        {storage === "memory"
          ? "Kept in memory only: a reload loses it"
          : "Saved on this device (private file system)"}
      </span>
      <span>Relay {new URL(relayOrigin).host}</span>
      <span>{person.email}</span>
    </footer>
  );
}
