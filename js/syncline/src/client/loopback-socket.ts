// The page's end of the loopback: a WebSocket class for Convex's clients, whose server is no machine on
// the network but the loopback in the worker or beside it.

import type { UndoScope } from "./types.ts";
import { scopeOfMessage } from "./undo-scope.ts";

// The server's end of one socket.
export interface LoopbackPeer {
  // `undo`: of a mutation, the scope in which it can be undone.
  send(text: string, undo: string | null): void;
  close(): void;
}

export interface LoopbackEvents {
  message(text: string): void;
  closed(reason: string): void;
}

export type LoopbackDialer = (events: LoopbackEvents) => LoopbackPeer;

type Handler<Event> = ((event: Event) => void) | null;

// A class that is WebSocket enough for npm convex, bound to one dialer.
export function makeWebSocketClass(dial: LoopbackDialer, undo?: UndoScope): typeof WebSocket {
  class LoopbackSocket {
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSING = 2;
    static readonly CLOSED = 3;
    readonly url: string;
    readyState = 0;
    onopen: Handler<object> = null;
    onmessage: Handler<{ data: string }> = null;
    onclose: Handler<{ code: number; reason: string; wasClean: boolean }> = null;
    onerror: Handler<object> = null;
    private readonly peer: LoopbackPeer;

    constructor(url: string) {
      this.url = url;
      this.peer = dial({
        message: (data) => {
          if (this.readyState === LoopbackSocket.OPEN) this.onmessage?.({ data });
        },
        closed: (reason) => this.finish(reason === "" ? 1000 : 1011, reason),
      });
      // Handlers are set after construction, as with every WebSocket.
      queueMicrotask(() => {
        if (this.readyState !== LoopbackSocket.CONNECTING) return;
        this.readyState = LoopbackSocket.OPEN;
        this.onopen?.({});
      });
    }

    send(text: string): void {
      if (this.readyState !== LoopbackSocket.OPEN) return;
      this.peer.send(text, scopeOfMessage(undo, text));
    }

    close(): void {
      if (this.readyState >= LoopbackSocket.CLOSING) return;
      this.readyState = LoopbackSocket.CLOSING;
      this.peer.close();
      queueMicrotask(() => this.finish(1000, ""));
    }

    private finish(code: number, reason: string): void {
      if (this.readyState === LoopbackSocket.CLOSED) return;
      this.readyState = LoopbackSocket.CLOSED;
      this.onclose?.({ code, reason, wasClean: code === 1000 });
    }
  }
  // npm convex uses the members above and no others; the DOM's type has more.
  return LoopbackSocket as unknown as typeof WebSocket;
}
