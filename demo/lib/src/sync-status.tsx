// SyncStatus: always in sight: whether this device is in step with the relay, how many changes wait,
// and the switch that cuts the network.
import { useState } from "react";
import { useSyncStatus } from "syncline/react";
import { Icon } from "./icons.tsx";
import { isCutOff, setCutOff, useSession } from "./session.tsx";

export function SyncStatusPill() {
  const status = useSyncStatus();
  const waiting = status.pending === 0 ? "" : ` · ${status.pending} waiting`;
  const text = {
    offline: `Offline${waiting}`,
    syncing: `Syncing…${waiting}`,
    synced: status.pending === 0 ? "Synced" : `Sending${waiting}`,
  }[status.sync];
  return (
    <output className={`sync ${status.sync}`} aria-live="polite" data-pending={status.pending}>
      <Icon name={status.sync === "offline" ? "offline" : "cloud"} />
      {text}
    </output>
  );
}

export function NetworkSwitch() {
  const { syncline } = useSession();
  const [online, setOnline] = useState(!isCutOff());
  return (
    <label className="switch" title="Cuts this page off, as a lost network would">
      <input
        type="checkbox"
        role="switch"
        aria-checked={online}
        checked={online}
        onChange={(event) => {
          setOnline(event.target.checked);
          setCutOff(syncline, !event.target.checked);
        }}
      />
      <span>Network</span>
    </label>
  );
}
