// AddForm: one line of text and a button; empty again once what was written is there.
import { type FormEvent, useState } from "react";

interface Props {
  label: string;
  type?: "text" | "email";
  onAdd: (text: string) => Promise<unknown>;
}

export function AddForm({ label, type = "text", onAdd }: Props) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === "") return;
    try {
      await onAdd(text.trim());
      setText("");
      setProblem("");
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <form className="add" onSubmit={submit}>
      <input
        type={type}
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit">Add</button>
      {problem && <p role="alert">{problem}</p>}
    </form>
  );
}
