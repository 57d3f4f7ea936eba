// ReportsView: what was last reported of status, pending and refused mutations, for applications.
import { jsonToConvex, type Value } from "convex/values";
import type { PendingData, RefusedData, Reports } from "./messages.ts";
import type { PendingMutation, RefusedMutation, SyncStatus } from "./types.ts";
import { Watched } from "./watched.ts";

// The parts change together in one report but are told apart, each when it differs.
export class ReportsView {
  readonly status: Watched<SyncStatus>;
  readonly pending = new WatchedData<PendingData, PendingMutation>();
  readonly refused = new WatchedData<RefusedData, RefusedMutation>();

  constructor(storage: SyncStatus["storage"]) {
    this.status = new Watched<SyncStatus>({
      connection: "offline",
      sync: "offline",
      pending: 0,
      storage,
      problem: null,
    });
  }

  take({ status, pending, refused }: Partial<Reports>): void {
    if (status) this.status.set(status);
    if (pending) this.pending.set(pending);
    if (refused) this.refused.set(refused);
  }
}

// A watched list whose arguments are turned from JSON into values only when it changed, because
// values (bytes, bigint) have no JSON to compare.
class WatchedData<Data extends PendingData | RefusedData, Item> {
  private readonly data = new Watched<readonly Data[]>([]);
  private items: readonly Item[] = [];

  get(): readonly Item[] {
    return this.items;
  }
  on(callback: (items: readonly Item[]) => void): () => void {
    return this.data.on(() => callback(this.items));
  }
  set(data: readonly Data[]): void {
    const before = this.data.get();
    // Changed before the callbacks run, unchanged if there is nothing to tell.
    const items = this.items;
    this.items = data.map((each) => ({ ...each, args: argsOf(each) }) as Item);
    this.data.set(data);
    if (this.data.get() === before) this.items = items;
  }
}

function argsOf({ args }: { args: PendingData["args"] }): Record<string, Value> {
  return jsonToConvex(args) as Record<string, Value>;
}
