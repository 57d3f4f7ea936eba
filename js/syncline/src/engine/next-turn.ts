// nextTurn: runs something in the event loop's next turn, after everything that waits only for promises.
// A message to oneself comes sooner than a timer, which browsers hold back for 4 ms.

const due: (() => void)[] = [];
let channel: MessageChannel | undefined;

export function nextTurn(run: () => void): void {
  if (typeof setImmediate === "function") {
    setImmediate(run);
    return;
  }
  if (!channel) {
    channel = new MessageChannel();
    channel.port1.onmessage = () => due.shift()?.();
  }
  due.push(run);
  channel.port2.postMessage(null);
}
