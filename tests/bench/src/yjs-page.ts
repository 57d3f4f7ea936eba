// YjsPage: the peer of the suite "sync" as a page uses it: one document, in memory, its items Y.Maps.
import { WebsocketProvider } from "y-websocket";
import { Doc, type Map as YMap } from "yjs";

export interface OpenYjs {
  /** Of its server, as "ws://localhost:1234". */
  url: string;
  room: string;
}

export class YjsPage {
  readonly items: YMap<YMap<string | number | boolean>>;
  readonly synced: Promise<void>;
  private readonly doc = new Doc();
  private readonly provider: WebsocketProvider;

  constructor({ url, room }: OpenYjs) {
    this.items = this.doc.getMap("items");
    this.provider = new WebsocketProvider(url, room, this.doc, { disableBc: true });
    this.synced = new Promise((resolve) => {
      this.provider.on("sync", (isSynced: boolean) => {
        if (isSynced) resolve();
      });
    });
  }

  close(): void {
    this.provider.destroy();
    this.doc.destroy();
  }
}
