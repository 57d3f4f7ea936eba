// Dialog: a modal window. The browser's own <dialog> keeps the focus inside, closes on Escape and
// gives the focus back.
import { type FormEvent, type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { Icon } from "./icons.tsx";

export function Dialog(props: { title: string; onClose: () => void; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // Closed while it is still in the page: only then the browser gives the focus back.
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={ref} aria-labelledby={titleId} onClose={props.onClose}>
      <header className="dialog-head">
        <h2 id={titleId}>{props.title}</h2>
        <button
          type="button"
          className="icon-button"
          aria-label="Close"
          onClick={() => ref.current?.close()}
        >
          <Icon name="close" />
        </button>
      </header>
      {props.children}
    </dialog>
  );
}

/** The body of a dialog that asks for something: fields, what went wrong, and its buttons. */
export function DialogForm(props: {
  submit: string;
  danger?: boolean;
  error: string | null;
  // A sentence that says why it cannot be submitted; null if it can.
  disabledReason?: string | null;
  onSubmit: () => void;
  onCancel: () => void;
  children: ReactNode;
}) {
  const reasonId = useId();
  const reason = props.disabledReason ?? null;
  const handle = (event: FormEvent) => {
    event.preventDefault();
    if (reason === null) props.onSubmit();
  };
  return (
    <form onSubmit={handle}>
      <div className="dialog-body">{props.children}</div>
      <p className="form-error" role="alert">
        {props.error}
      </p>
      {reason !== null && (
        <p className="hint" id={reasonId}>
          {reason}
        </p>
      )}
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={props.onCancel}>
          Close
        </button>
        <button
          type="submit"
          className={props.danger ? "button danger" : "button primary"}
          aria-disabled={reason !== null}
          aria-describedby={reason === null ? undefined : reasonId}
        >
          {props.submit}
        </button>
      </footer>
    </form>
  );
}

/** Asks before something that cannot be taken back. */
export function ConfirmDialog(props: {
  title: string;
  message: string;
  confirm: string;
  onConfirm: () => void;
  onClose: () => void;
}) {
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <DialogForm
        submit={props.confirm}
        danger
        error={null}
        onSubmit={() => {
          props.onConfirm();
          props.onClose();
        }}
        onCancel={props.onClose}
      >
        <p>{props.message}</p>
      </DialogForm>
    </Dialog>
  );
}
