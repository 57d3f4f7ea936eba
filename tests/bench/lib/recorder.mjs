// Recorder: a device that only listens, and keeps each WebSocket message that the relay sends it. It says
// Hello by hand (shared/wire/messages.hpp), so that what comes is for a device that knows nothing.
import { WebSocket } from "ws";

const deadlineMs = 60_000;

export class Recorder {
  static async open({ origin, token }) {
    const recorder = new Recorder();
    recorder.messages = [];
    recorder.socket = new WebSocket(`${origin.replace(/^http/, "ws")}/sync`);
    recorder.socket.on("message", (message) => {
      recorder.messages.push(message);
      recorder.lastMs = Date.now();
    });
    recorder.socket.on("error", () => {});
    await new Promise((resolve, reject) => {
      recorder.socket.once("open", resolve);
      recorder.socket.once("close", () => reject(new Error("the relay does not take a recorder")));
    });
    recorder.lastMs = Date.now();
    recorder.socket.send(hello(token));
    await recorder.quiet();
    return recorder;
  }

  // Waits until nothing has come for a while.
  async quiet(ms = 700) {
    for (const deadline = Date.now() + deadlineMs; Date.now() - this.lastMs < ms; ) {
      if (Date.now() > deadline) throw new Error("the relay does not come to rest");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  // What came since it was last asked.
  async take() {
    this.lastMs = Date.now();
    await this.quiet();
    return this.messages.splice(0);
  }

  close() {
    this.socket.close();
  }
}

function hello(token) {
  const protocol = 2;
  const replica = Buffer.alloc(9); // ordinal 0, then the id
  replica.writeBigUInt64LE(BigInt(Math.floor(Math.random() * 2 ** 48) + 1), 1);
  const text = Buffer.from(token);
  const body = Buffer.concat([
    Buffer.from([1]),
    ...[protocol, 0, 0].map(varint), // the hashes of schema and rules
    replica,
    varint(Date.now()),
    varint(text.length),
    text,
    varint(0), // tenants
  ]);
  return Buffer.concat([varint(body.length), body]);
}

function varint(value) {
  let left = BigInt(value);
  const bytes = [];
  for (; left >= 0x80n; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
  bytes.push(Number(left));
  return Buffer.from(bytes);
}
