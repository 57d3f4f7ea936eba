// SyncState: whether this device is in step with the relay. Refused: what the relay did not accept.
import { useRefusedMutations, useSyncline, useSyncStatus } from "syncline/react";

export function SyncState() {
  const { sync, pending, problem } = useSyncStatus();
  const waiting = pending === 0 ? "" : ` · ${pending} waiting`;
  const text = { offline: "Offline", syncing: "Syncing", synced: "In step" }[sync];
  return (
    <output className={`sync ${sync}`} title={problem?.message}>
      {text}
      {waiting}
    </output>
  );
}

export function Refused() {
  const syncline = useSyncline();
  const refused = useRefusedMutations();
  return refused.map((mutation) => (
    <p key={`${mutation.tenant} ${mutation.number}`} className="refused" role="alert">
      {mutation.message}
      <button type="button" className="quiet" onClick={() => void syncline.dismiss(mutation)}>
        Dismiss
      </button>
    </p>
  ));
}
