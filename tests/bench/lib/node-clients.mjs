// NodeClients: the clients of the suite "sync" that are no browsers: they prepare rows, and they write as
// fast as they are answered.
import { openSyncline } from "syncline/node";
import { WebSocket } from "ws";
import { WebsocketProvider } from "y-websocket";
import { Doc, Map as YMap } from "yjs";
import { api } from "../convex/_generated/api.js";
import { itemFields } from "../convex/item.js";

const deadlineMs = 120_000;

export class NodeClients {
  constructor({ app, relay, server }) {
    this.app = app;
    this.relay = relay;
    this.server = server;
    this.items = new Map();
    // A Yjs room lasts as long as somebody is in it.
    this.kept = [];
  }

  // The same rows in a space of the person by that name, and in the peer's room of that name.
  async seed(tenant, { rows, rowsPerMutation, groupSize }) {
    const client = await this.openSyncline(tenant);
    try {
      const space = await client.mutation(api.items.found, { name: tenant }).applied;
      for (let first = 0; first < rows; first += rowsPerMutation) {
        const count = Math.min(rowsPerMutation, rows - first);
        await client.mutation(api.items.fill, { space, first, count, groupSize }).accepted;
      }
      const [first] = await client.query(api.items.idsOfGroup, { space, group: 0 });
      this.items.set(tenant, { space, id: first });
    } finally {
      await client.close();
    }
    const yjs = this.openYjs(tenant);
    this.kept.push(yjs);
    await yjs.synced;
    for (let first = 0; first < rows; first += rowsPerMutation) {
      yjs.doc.transact(() => {
        const end = Math.min(first + rowsPerMutation, rows);
        for (let n = first; n < end; ++n) yjs.items.set(`${n}`, yjsItem(n, groupSize));
      });
      await nextTurn();
    }
    await this.seenElsewhere(tenant, rows);
  }

  // {space, id} of a tenant's first item.
  firstItem(tenant) {
    return this.items.get(tenant);
  }

  // Mutations a second, each accepted by the relay, with many in flight.
  async synclineWrites(tenant, { relayWarmUps, relayWrites, relayInFlight, groupSize }) {
    const client = await this.openSyncline(tenant);
    try {
      const space = await client.mutation(api.items.found, { name: tenant }).applied;
      let next = 0;
      const writeAll = async (end) => {
        const lane = async () => {
          while (next < end) {
            const fields = itemFields(next++, groupSize);
            await client.mutation(api.items.add, { space, ...fields }).accepted;
          }
        };
        await Promise.all(Array.from({ length: relayInFlight }, lane));
      };
      await writeAll(relayWarmUps);
      const begin = performance.now();
      await writeAll(relayWarmUps + relayWrites);
      return (relayWrites * 1000) / (performance.now() - begin);
    } finally {
      await client.close();
    }
  }

  // Yjs has no acknowledgement: counted is what another client has seen.
  async yjsWrites(room, { relayWarmUps, relayWrites, relayInFlight, groupSize }) {
    const [writer, reader] = [this.openYjs(room), this.openYjs(room)];
    try {
      await Promise.all([writer.synced, reader.synced]);
      let next = 0;
      const writeAll = async (end) => {
        while (next < end) {
          writer.items.set(`${next}`, yjsItem(next, groupSize));
          if (++next % 50 === 0) await nextTurn();
          // No more in flight than the other subject has.
          if (next - reader.items.size >= relayInFlight) {
            await until("the writes arrive", () => next - reader.items.size < relayInFlight);
          }
        }
        await until("the writes arrive", () => reader.items.size >= end);
      };
      await writeAll(relayWarmUps);
      const begin = performance.now();
      await writeAll(relayWarmUps + relayWrites);
      return (relayWrites * 1000) / (performance.now() - begin);
    } finally {
      writer.close();
      reader.close();
    }
  }

  async close() {
    for (const yjs of this.kept.splice(0)) yjs.close();
  }

  async openSyncline(name) {
    return await openSyncline({
      app: this.app,
      url: this.relay.origin,
      storage: "memory",
      token: await this.relay.token(name),
    });
  }

  openYjs(room) {
    const doc = new Doc();
    const provider = new WebsocketProvider(this.server.url, room, doc, {
      WebSocketPolyfill: WebSocket,
      disableBc: true,
    });
    return {
      doc,
      items: doc.getMap("items"),
      synced: new Promise((resolve) => provider.on("sync", (isSynced) => isSynced && resolve())),
      close: () => {
        provider.destroy();
        doc.destroy();
      },
    };
  }

  async seenElsewhere(room, rows) {
    const other = this.openYjs(room);
    try {
      await other.synced;
      await until(`the rows of ${room} arrive`, () => other.items.size === rows);
    } finally {
      other.close();
    }
  }
}

function yjsItem(n, groupSize) {
  return new YMap(Object.entries(itemFields(n, groupSize)));
}

function nextTurn() {
  return new Promise((resolve) => setImmediate(resolve));
}

async function until(what, holds) {
  for (const deadline = Date.now() + deadlineMs; !holds(); ) {
    if (Date.now() > deadline) throw new Error(`in vain waited until ${what}`);
    await nextTurn();
  }
}
