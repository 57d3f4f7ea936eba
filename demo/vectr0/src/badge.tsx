// Small marks: a schedule's status, a person's initials, and whether a row waits or was refused.
import { Icon } from "./icons.tsx";
import { statusName } from "./permissions.ts";
import type { Status } from "./route.ts";

export function StatusBadge({ status }: { status: Status }) {
  return <span className={`badge ${status}`}>{statusName[status]}</span>;
}

export function Initials({ name }: { name: string }) {
  const words = name.split(/\s+/).filter((word) => word !== "");
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => word?.[0]?.toUpperCase() ?? "")
    .join("");
  // The same person has the same colour everywhere.
  const hue = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 3607, 7) % 360;
  return (
    <span className="initials" style={{ "--hue": hue }} aria-hidden="true">
      {letters}
    </span>
  );
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
