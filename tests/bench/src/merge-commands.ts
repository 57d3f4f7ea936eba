// The suite "merge" on the page: its worker.
import { WorkerRequests } from "./requests.ts";

let worker: Worker | undefined;
let requests: WorkerRequests | undefined;

export const mergeCommands = {
  async openMerge(recordings: unknown) {
    worker = new Worker(new URL("./merge.worker.ts", import.meta.url), { type: "module" });
    requests = new WorkerRequests(worker);
    await requests.ask("open", recordings);
  },

  async measureMerge(input: unknown): Promise<number> {
    if (!requests) throw new Error("the suite is not open");
    return await requests.ask<number>("measure", input);
  },

  async closeMerge() {
    worker?.terminate();
    worker = requests = undefined;
  },
};
