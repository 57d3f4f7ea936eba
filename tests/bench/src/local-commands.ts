// The suite "local" on the page: both subjects open at once, measured one at a time.
import type { LocalSizes, LocalSubject } from "./local.ts";
import { LocalSqlite } from "./local-sqlite.ts";
import { LocalSyncline } from "./local-syncline.ts";

type SubjectName = "syncline" | "sqlite-wasm";

const subjects = new Map<SubjectName, LocalSubject>();

export const localCommands = {
  async openLocal({ subject, name, token }: { subject: SubjectName; name: string; token: string }) {
    const opened =
      subject === "syncline" ? await LocalSyncline.open(name, token) : await LocalSqlite.open(name);
    subjects.set(subject, opened);
  },

  async measureLocal({
    subject,
    measure,
    sizes,
  }: {
    subject: SubjectName;
    measure: Exclude<keyof LocalSubject, "close">;
    sizes: LocalSizes;
  }) {
    const opened = subjects.get(subject);
    if (!opened) throw new Error(`${subject} is not open`);
    const run = opened[measure];
    if (!run) throw new Error(`${subject} has no ${measure}`);
    return await run.call(opened, sizes);
  },

  async closeLocal() {
    for (const subject of subjects.values()) await subject.close();
    subjects.clear();
  },
};
