// SynclinePage: Syncline as a page uses it: its client over the worker, npm convex's client over that.
import { ConvexClient } from "convex/browser";
import type { FunctionReturnType } from "convex/server";
import { SynclineClient, type SyncStatus } from "syncline";
import type { api } from "../convex/_generated/api.js";

export interface OpenSyncline {
  name: string;
  token: string;
  /** The relay; null: this device alone. */
  url: string | null;
}

export type Group = FunctionReturnType<typeof api.items.group>;

export class SynclinePage {
  readonly client: SynclineClient;
  readonly convex: ConvexClient;
  private readonly signedIn: Promise<void>;

  constructor({ name, token, url }: OpenSyncline) {
    this.client = new SynclineClient({
      worker: new Worker(new URL("./syncline.worker.ts", import.meta.url), { type: "module" }),
      storage: "opfs",
      name,
      ...(url === null ? {} : { url }),
    });
    this.convex = new ConvexClient(this.client.address, {
      webSocketConstructor: this.client.webSocketConstructor,
      skipConvexDeploymentUrlCheck: true,
      unsavedChangesWarning: false,
    });
    this.signedIn = new Promise((resolve, reject) => {
      this.convex.setAuth(
        async () => token,
        (isSignedIn) => (isSignedIn ? resolve() : reject(new Error("the token is refused"))),
      );
    });
  }

  static async open(options: OpenSyncline): Promise<SynclinePage> {
    const page = new SynclinePage(options);
    await page.signedIn;
    return page;
  }

  until(holds: (status: SyncStatus) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (status: SyncStatus): void => {
        if (status.problem) reject(new Error(status.problem.message));
        else if (!holds(status)) return;
        else resolve();
        stop();
      };
      const stop = this.client.onStatus(look);
      look(this.client.status());
    });
  }

  async close(): Promise<void> {
    await this.convex.close();
    await this.client.close();
  }
}
