// UndoButtons: undo and redo of what this person did in a scope.
import { useUndo } from "syncline/react";
import { functionName, type NameByPath } from "./function-name.ts";
import { Icon } from "./icons.tsx";
import { useNotice } from "./notice.tsx";
import { toSentence } from "./sentence.ts";

export function UndoButtons(props: { scope: string; nameByPath: NameByPath }) {
  const { undo, redo, undoLabel, redoLabel } = useUndo(props.scope);
  const notify = useNotice();
  const run = (step: () => Promise<void>) => {
    step().catch((error: unknown) => notify(toSentence(error)));
  };
  const nameOf = (path: string | null) => path && functionName(props.nameByPath, path);
  return (
    <>
      <StepButton step="Undo" of={nameOf(undoLabel)} onClick={() => run(undo)} />
      <StepButton step="Redo" of={nameOf(redoLabel)} onClick={() => run(redo)} />
    </>
  );
}

// of: what would be undone; null if there is nothing.
function StepButton(props: { step: "Undo" | "Redo"; of: string | null; onClick: () => void }) {
  const { step, of, onClick } = props;
  const label = of === null ? `Nothing to ${step.toLowerCase()}` : `${step}: ${of}`;
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      aria-disabled={of === null}
      onClick={() => of === null || onClick()}
    >
      <Icon name={step === "Undo" ? "undo" : "redo"} />
    </button>
  );
}
