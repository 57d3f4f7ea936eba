// Recordings: what the relay sends a device in the suite "merge", recorded beforehand, so that applying it
// is measured and nothing else.
import { join } from "node:path";
import { openSyncline } from "syncline/node";
import { api } from "../convex/_generated/api.js";
import { textTrace } from "../convex/text-trace.js";
import { Recorder } from "./recorder.mjs";

export class Recordings {
  constructor({ app, relay, folder }) {
    this.app = app;
    this.relay = relay;
    this.folder = folder;
  }

  // Rows of ten cells: the snapshot, then each kind of update. Messages are base64.
  async cells({ rows, rowsPerTransaction, batchCells }) {
    const person = "cells";
    const writer = await this.open(person);
    const space = await writer.mutation(api.items.found, { name: person }).applied;
    const transactions = async (mutation, more) => {
      for (let first = 0; first < rows; first += rowsPerTransaction) {
        await writer.mutation(mutation, { space, first, count: rowsPerTransaction, ...more })
          .accepted;
      }
    };
    await transactions(api.merge.fill, {});
    const recorder = await Recorder.open({ ...this.relay, token: await this.relay.token(person) });
    try {
      const snapshot = await recorder.take();
      const of = async (write) => {
        await write();
        return await recorder.take();
      };
      const cell = (row, value) => () =>
        writer.mutation(api.merge.setCell, { space, row, value }).accepted;
      const all = await of(() => transactions(api.merge.setCells, { round: 1 }));
      await of(cell(400, 7));
      const newRow = await of(cell(500, 7));
      const oneCell = await of(cell(500, 42));
      const batch = await of(
        () =>
          writer.mutation(api.merge.setCells, {
            space,
            first: 100,
            count: batchCells / 10,
            round: 2,
          }).accepted,
      );
      return {
        token: await this.relay.token(person),
        space,
        snapshot: texts(snapshot),
        all: texts(all),
        newRowBytes: bytesOf(newRow),
        oneCellBytes: bytesOf(oneCell),
        batchBytes: bytesOf(batch),
      };
    } finally {
      recorder.close();
      await writer.close();
    }
  }

  // A text with the first author's branch in it, then what comes of the others' branches.
  async text(sizes) {
    const { base, branches } = textTrace(sizes);
    const person = `text${sizes.seed}`;
    const founder = await this.open(person);
    const space = await founder.mutation(api.items.found, { name: person }).applied;
    const added = founder.mutation(api.merge.addText, { space, body: base });
    const id = await added.applied;
    await added.accepted;
    await founder.close();
    // Everybody takes the text with them, writes without a connection, and comes back one after another.
    const authors = branches.map((_, n) => ({ directory: join(this.folder, `${person}-${n}`) }));
    for (const storage of authors) {
      const author = await this.open(person, storage);
      await until(
        "the text arrives",
        async () => (await author.query(api.merge.text, { id })) === base,
      );
      await author.close();
    }
    for (const [n, edits] of branches.entries()) {
      const author = await this.open(person, authors[n], null);
      for (const { at, removed, inserted } of edits) {
        await author.mutation(api.merge.editText, { id, at, removed, inserted }).applied;
      }
      await author.close();
    }
    const comeBack = async (storage) => {
      const author = await this.open(person, storage);
      await until("the branch is accepted", () => {
        const { sync, pending } = author.status();
        return sync === "synced" && pending === 0;
      });
      const text = await author.query(api.merge.text, { id });
      await author.close();
      return text;
    };
    await comeBack(authors[0]);
    const recorder = await Recorder.open({ ...this.relay, token: await this.relay.token(person) });
    try {
      const snapshot = await recorder.take();
      let text = "";
      for (const storage of authors.slice(1)) text = await comeBack(storage);
      return {
        token: await this.relay.token(person),
        id,
        text,
        snapshot: texts(snapshot),
        updates: texts(await recorder.take()),
      };
    } finally {
      recorder.close();
    }
  }

  async open(name, storage = "memory", url = this.relay.origin) {
    return await openSyncline({
      app: this.app,
      ...(url === null ? {} : { url }),
      storage,
      token: await this.relay.token(name),
    });
  }
}

const texts = (messages) => messages.map((message) => message.toString("base64"));
const bytesOf = (messages) => messages.reduce((sum, { length }) => sum + length, 0);

async function until(what, holds) {
  for (const deadline = Date.now() + 120_000; !(await holds()); ) {
    if (Date.now() > deadline) throw new Error(`in vain waited until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
