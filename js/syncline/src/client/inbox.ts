// Inbox: what came on one connection and waits for its turn. Messages that come while the engine is busy are
// handed to it together: several cost the disk hardly more than one.
import { nextTurn } from "../engine/next-turn.ts";

// Taken at once: more would keep queries and writes waiting.
const takenBytesMax = 1 << 20;

export type Take = () => Uint8Array<ArrayBuffer> | null;

export class Inbox {
  private messages: Uint8Array[] = [];
  private isHandling = false;

  // `handle` gets a function that gives what is there when it is called, at least one message, and null once
  // the inbox is closed. It is not called again before it has ended, and must not fail.
  constructor(private readonly handle: (take: Take) => Promise<void>) {}

  add(message: Uint8Array): void {
    this.messages.push(message);
    if (!this.isHandling) void this.run();
  }

  close(): void {
    this.messages = [];
  }

  private async run(): Promise<void> {
    this.isHandling = true;
    while (this.messages.length > 0) {
      await this.handle(() => this.take());
      // What came meanwhile waits in the event loop.
      await new Promise<void>((resolve) => nextTurn(resolve));
    }
    this.isHandling = false;
  }

  private take(): Uint8Array<ArrayBuffer> | null {
    if (this.messages.length === 0) return null;
    let count = 0;
    let bytes = 0;
    for (const { length } of this.messages) {
      if (count > 0 && bytes + length > takenBytesMax) break;
      ++count;
      bytes += length;
    }
    const taken = new Uint8Array(bytes);
    let at = 0;
    for (const message of this.messages.splice(0, count)) {
      taken.set(message, at);
      at += message.length;
    }
    return taken;
  }
}
