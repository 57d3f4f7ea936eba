// ActionButton: a button that stays in reach of the keyboard when it is not allowed, and says why.
import { useId } from "react";
import { Icon, type IconName } from "../../lib/src/icons.tsx";
import type { Reason } from "./permissions.ts";

export function ActionButton(props: {
  icon: IconName;
  label: string;
  // What it acts on, for those who do not see the row around it.
  subject?: string;
  // Shows the label beside the icon.
  wide?: boolean;
  primary?: boolean;
  reason: Reason;
  onClick: () => void;
}) {
  const reasonId = useId();
  const blocked = props.reason !== null;
  const kind = props.wide ? `button${props.primary ? " primary" : ""}` : "icon-button";
  return (
    <>
      <button
        type="button"
        className={kind}
        aria-label={props.subject === undefined ? undefined : `${props.label}: ${props.subject}`}
        aria-disabled={blocked}
        aria-describedby={blocked ? reasonId : undefined}
        title={props.reason ?? props.label}
        onClick={blocked ? undefined : props.onClick}
      >
        <Icon name={props.icon} />
        {props.wide && <span>{props.label}</span>}
      </button>
      {blocked && (
        <span id={reasonId} className="hidden">
          {props.reason}
        </span>
      )}
    </>
  );
}
