// RefusedPanel: the changes that the relay refused, why, and what can be done about each.
import { useState } from "react";
import { useRefusedMutations, useSyncline } from "syncline/react";
import { functionName, type NameByPath } from "./function-name.ts";
import { Icon } from "./icons.tsx";
import { useNotice } from "./notice.tsx";
import { toSentence } from "./sentence.ts";

const dayTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

function detailOf(args: unknown): string | null {
  const fields = args as { title?: unknown; name?: unknown; status?: unknown };
  const detail = fields.title ?? fields.name ?? fields.status;
  return typeof detail === "string" ? detail : null;
}

/** nameByPath: what a person calls the functions of the application. */
export function RefusedPanel({ nameByPath }: { nameByPath: NameByPath }) {
  const refused = useRefusedMutations();
  const syncline = useSyncline();
  const notify = useNotice();
  // What is being seen to, until it leaves the list or has failed.
  const [busyKeys, setBusyKeys] = useState<ReadonlySet<string>>(new Set());
  if (refused.length === 0) return null;
  const run = (key: string, action: Promise<unknown>) => {
    setBusyKeys((keys) => new Set([...keys, key]));
    action.catch((error: unknown) => {
      setBusyKeys((keys) => new Set([...keys].filter((each) => each !== key)));
      notify(toSentence(error));
    });
  };
  return (
    <section className="refused-panel" aria-labelledby="refused-title">
      <h2 id="refused-title">
        <Icon name="warning" />
        {refused.length === 1 ? "One change was refused" : `${refused.length} changes were refused`}
        {" and taken back"}
      </h2>
      <ul>
        {refused.map((entry) => {
          const detail = detailOf(entry.args);
          const name = functionName(nameByPath, entry.path);
          const key = `${entry.tenant} ${entry.number}`;
          const isBusy = busyKeys.has(key);
          return (
            <li key={key}>
              <div>
                <p className="refused-what">
                  {name}
                  {detail !== null && <> · “{detail}”</>}
                </p>
                <p className="refused-why">{entry.message}</p>
                <p className="detail">
                  {entry.rule !== null && (
                    <>
                      Rule <code>{entry.rule}</code> ·{" "}
                    </>
                  )}
                  {dayTime.format(entry.at)}
                </p>
              </div>
              <div className="button-group">
                <button
                  type="button"
                  className="button"
                  aria-disabled={isBusy}
                  onClick={() => isBusy || run(key, syncline.retry(entry).applied)}
                >
                  Try again
                </button>
                <button
                  type="button"
                  className="button"
                  aria-disabled={isBusy}
                  onClick={() => isBusy || run(key, syncline.dismiss(entry))}
                >
                  Dismiss
                </button>
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
