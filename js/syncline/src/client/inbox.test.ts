// What comes on a connection while the engine is busy is taken together, in order, and within bounds.
import { expect, it } from "vitest";
import { until } from "../testing/fixture.ts";
import { Inbox, type Take } from "./inbox.ts";

// Handles one after another, each when it is told to.
class Handler {
  readonly taken: string[] = [];
  calls = 0;
  private go: (() => void) | undefined;
  readonly inbox = new Inbox(async (take: Take) => {
    ++this.calls;
    await new Promise<void>((resolve) => {
      this.go = resolve;
    });
    const bytes = take();
    this.taken.push(bytes ? [...bytes.subarray(0, 8)].join(" ") : "closed");
  });

  async next(): Promise<void> {
    const { calls } = this;
    await until("a call", () => this.go !== undefined);
    this.go?.();
    this.go = undefined;
    await until("it is taken", () => this.taken.length >= calls);
  }
}

it("gives what came while the one before was handled at once, in order", async () => {
  const handler = new Handler();
  handler.inbox.add(Uint8Array.of(1));
  handler.inbox.add(Uint8Array.of(2, 3));
  await handler.next();
  handler.inbox.add(Uint8Array.of(4));
  handler.inbox.add(Uint8Array.of(5));
  await handler.next();
  expect(handler.taken).toEqual(["1 2 3", "4 5"]);
});

it("gives at most a megabyte at once, but always one message", async () => {
  const handler = new Handler();
  for (const [first, size] of [
    [1, 700_000],
    [2, 400_000],
    [3, 3_000_000],
    [4, 10],
  ] as const) {
    handler.inbox.add(new Uint8Array(size).fill(first));
  }
  for (let i = 0; i < 4; ++i) await handler.next();
  expect(handler.taken.map((text) => text[0])).toEqual(["1", "2", "3", "4"]);
});

it("gives nothing once it is closed", async () => {
  const handler = new Handler();
  handler.inbox.add(Uint8Array.of(1));
  handler.inbox.add(Uint8Array.of(2));
  handler.inbox.close();
  await handler.next();
  expect(handler.taken).toEqual(["closed"]);
  expect(handler.calls).toBe(1);
});
