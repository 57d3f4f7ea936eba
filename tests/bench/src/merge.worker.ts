// The worker in which every subject of the suite "merge" is measured.
import { automerge } from "./merge/automerge.ts";
import { crsqlite } from "./merge/crsqlite.ts";
import { loro } from "./merge/loro.ts";
import type { MergeCase, MergePeer, MergeSizes } from "./merge/subject.ts";
import { MergeSyncline, type Recordings } from "./merge/syncline.ts";
import { yjs } from "./merge/yjs.ts";
import { answerRequests } from "./requests.ts";

const subjects = new Map<string, MergePeer>([
  ["yjs", yjs],
  ["loro-crdt", loro],
  ["automerge", automerge],
  ["crsqlite", crsqlite],
]);

answerRequests({
  open(recordings: Recordings) {
    subjects.set("syncline", new MergeSyncline(recordings));
  },

  async measure({
    subject,
    measure,
    sizes,
  }: {
    subject: string;
    measure: MergeCase;
    sizes: MergeSizes;
  }) {
    const run = subjects.get(subject)?.[measure];
    if (!run) throw new Error(`${subject} has no ${measure}`);
    return await run.call(subjects.get(subject), sizes);
  },
});
