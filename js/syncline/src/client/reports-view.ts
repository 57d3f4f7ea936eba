// ReportsView: what was last reported of status, pending and refused mutations, for applications.
import { jsonToConvex, type Value } from "convex/values";
import type { PendingData, RefusedData, Reports } from "./messages.ts";
import {
  keyText,
  type MutationKey,
  type PendingMutation,
  type RefusedMutation,
  type SyncStatus,
} from "./types.ts";
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

// A watched list. What an entry says never changes, so lists with the same keys are equal; arguments
// become values only when somebody looks, because there may be a thousand.
class WatchedData<Data extends PendingData | RefusedData, Item> {
  private readonly keys = new Watched<readonly string[]>([]);
  private data: readonly Data[] = [];
  private items: readonly Item[] | undefined = [];

  get(): readonly Item[] {
    this.items ??= this.data.map(
      (each) => ({ ...each, args: jsonToConvex(each.args) as Record<string, Value> }) as Item,
    );
    return this.items;
  }

  on(callback: (items: readonly Item[]) => void): () => void {
    return this.keys.on(() => callback(this.get()));
  }

  // As it was reported.
  find(key: MutationKey): Data | undefined {
    return this.data.find((each) => keyText(each) === keyText(key));
  }

  set(data: readonly Data[]): void {
    const keys = data.map(keyText);
    const before = this.keys.get();
    if (keys.length === before.length && keys.every((key, index) => key === before[index])) return;
    this.data = data;
    this.items = undefined;
    this.keys.set(keys);
  }
}
