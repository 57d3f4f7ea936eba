// Bar: above every page: the application's name, the state of sync, the network switch and the person.
import type { ReactNode } from "react";
import { Initials } from "./initials.tsx";
import { useSession } from "./session.tsx";
import { NetworkSwitch, SyncStatusPill } from "./sync-status.tsx";

export function Bar(props: { title: ReactNode; onLeave: () => void; children?: ReactNode }) {
  const { person } = useSession();
  return (
    <header className="top-bar">
      <p className="wordmark">{props.title}</p>
      {props.children}
      <div className="top-bar-end">
        <SyncStatusPill />
        <NetworkSwitch />
        <button
          type="button"
          className="person-button"
          aria-label={`Signed in as ${person.name}. Choose somebody else`}
          title={`${person.name}: choose somebody else`}
          onClick={props.onLeave}
        >
          <Initials name={person.name} />
        </button>
      </div>
    </header>
  );
}
