// JobDialog: asks for a job to save.
import { useMutation } from "convex/react";
import { useState } from "react";
import { Dialog, DialogForm } from "../../lib/src/dialog.tsx";
import { toSentence } from "../../lib/src/sentence.ts";
import { api } from "../convex/_generated/api.js";

const fields = [
  { name: "title", label: "Title", required: true },
  { name: "company", label: "Company", required: true },
  { name: "location", label: "Place", required: true },
  { name: "salary", label: "Salary", required: false },
] as const;

export function JobDialog({ onClose }: { onClose: () => void }) {
  const save = useMutation(api.jobs.save);
  const [values, setValues] = useState({ title: "", company: "", location: "", salary: "" });
  const [error, setError] = useState<string | null>(null);
  const submit = async () => {
    const { salary, ...job } = values;
    try {
      await save({ ...job, description: "", ...(salary === "" ? {} : { salary }) });
      onClose();
    } catch (failure) {
      setError(toSentence(failure));
    }
  };
  return (
    <Dialog title="Save a job" onClose={onClose}>
      <DialogForm submit="Save" error={error} onSubmit={() => void submit()} onCancel={onClose}>
        {fields.map(({ name, label, required }) => (
          <label key={name} className="field">
            <span>
              {label}
              {!required && <span className="optional"> (optional)</span>}
            </span>
            <input
              required={required}
              maxLength={200}
              value={values[name]}
              onChange={(event) => setValues({ ...values, [name]: event.target.value })}
            />
          </label>
        ))}
      </DialogForm>
    </Dialog>
  );
}
