// Small marks: a schedule's status, and whether a row waits or was refused.
import { Icon } from "../../lib/src/icons.tsx";
import { statusName } from "./permissions.ts";
import type { Status } from "./route.ts";

export function StatusBadge({ status }: { status: Status }) {
  return <span className={`badge ${status}`}>{statusName[status]}</span>;
}

export function RowMark({ pending, refused }: { pending: boolean; refused: boolean }) {
  if (refused) {
    return (
      <span className="mark refused">
        <Icon name="warning" />
        Refused
      </span>
    );
  }
  if (!pending) return null;
  return (
    <span className="mark pending">
      <Icon name="clock" />
      Waiting
    </span>
  );
}
