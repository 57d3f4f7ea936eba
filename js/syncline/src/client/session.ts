// Session: the connection of one open database to the relay. It owns the socket and the timers; what is
// said is the core's affair. Connects again with backoff, at once when woken, and gives up a connection
// that does not answer.
import type { Engine } from "../engine/engine.ts";
import type { CoreEvents } from "../engine/operations.ts";
import { type ErrorData, errorToData } from "../error.ts";
import { backoffDelayMs } from "./backoff.ts";
import { Inbox, type Take } from "./inbox.ts";
import type { SyncStatus } from "./types.ts";

// What this file uses of a WebSocket: the browser's, or that of npm ws.
export interface Socket {
  binaryType: string;
  readonly bufferedAmount: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: never) => void) | null;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(): void;
}
export type SocketFactory = (url: string) => Socket;

export interface SessionOptions {
  engine: Engine;
  url: string;
  token: string;
  makeSocket: SocketFactory;
  onStatus(status: SessionStatus): void;
}

export interface SessionStatus {
  connection: SyncStatus["connection"];
  sync: SyncStatus["sync"];
  // Why there is no connection, where a person can do something about it.
  problem: ErrorData | null;
}

// Without an answer for this long, a connection that owes one is dead.
const answerTimeoutMs = 15_000;
const tickMs = 2_000;
// Who has heard nothing for this long asks whether anybody is there: a connection that only listens
// cannot tell silence from a broken line.
const silenceMs = 30_000;
// A tick this late means that the machine slept: its sockets are dead without knowing it. (Browsers let
// a page in the background tick once a minute.)
const sleepMs = 75_000;
// Waits as long as after this many failures.
const deniedAttempt = 10;
// More than this waiting in the socket, and the rest stays in the outbox for now.
const bufferedBytesMax = 4 << 20;

export class Session {
  private socket: Socket | null = null;
  private inbox: Inbox | null = null; // the socket's
  private isOpen = false; // the socket
  private isStarted = false;
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private ticker: ReturnType<typeof setInterval> | undefined;
  private lastTickMs = 0;
  private owedSinceMs: number | null = null;
  private heardMs = 0;
  private token: string;
  private welcomed = false;
  private synced = false;
  private problem: ErrorData | null = null;

  constructor(private readonly options: SessionOptions) {
    this.token = options.token;
  }

  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    this.attempt = 0;
    this.lastTickMs = Date.now();
    this.ticker = setInterval(() => this.tick(), tickMs);
    this.connect();
  }

  async stop(): Promise<void> {
    this.isStarted = false;
    clearInterval(this.ticker);
    clearTimeout(this.retry);
    this.problem = null;
    await this.drop();
  }

  // The network may be back: do not wait for the next attempt.
  wake(): void {
    if (!this.isStarted || (this.socket && !this.isOpen)) return;
    this.attempt = 0;
    void this.drop().then(() => this.connect());
  }

  // A newer token of the same person.
  async renew(token: string): Promise<void> {
    this.token = token;
    const socket = this.socket;
    if (!this.isStarted) return;
    if (!socket || !this.isOpen || !this.welcomed) {
      this.wake();
      return;
    }
    const message = await this.options.engine.renew(token);
    if (this.socket === socket) socket.send(message);
  }

  // To be called from EngineListener.changed.
  changed(events: CoreEvents): void {
    if (events.fault) this.problem = events.fault;
    const { welcomed, synced } = events;
    if (welcomed && !this.welcomed) {
      this.attempt = 0;
      this.problem = null;
    }
    this.welcomed = welcomed && this.isOpen;
    this.synced = synced && this.isOpen;
    if (events.pending === 0 && this.welcomed) this.owedSinceMs = null;
    this.flush();
    this.report();
  }

  private connect(): void {
    if (!this.isStarted || this.socket) return;
    clearTimeout(this.retry);
    let socket: Socket;
    try {
      socket = this.options.makeSocket(`${this.options.url.replace(/^http/, "ws")}/sync`);
    } catch (error) {
      this.failed({ ...errorToData(error), code: "unavailable" });
      return;
    }
    this.socket = socket;
    this.owedSinceMs = Date.now();
    socket.binaryType = "arraybuffer";
    this.inbox = new Inbox((take) => this.receive(socket, take));
    socket.onopen = () => void this.greet(socket);
    socket.onmessage = ({ data }) => this.heard(socket, data);
    socket.onclose = () => this.lost(socket);
    socket.onerror = () => {}; // a close follows
    this.report();
  }

  private async greet(socket: Socket): Promise<void> {
    if (this.socket !== socket) return;
    this.isOpen = true;
    this.report();
    try {
      const message = await this.options.engine.connected(this.token);
      if (this.socket === socket) socket.send(message);
    } catch (error) {
      this.failed(errorToData(error));
    }
  }

  private heard(socket: Socket, data: unknown): void {
    if (this.socket !== socket) return;
    this.owedSinceMs = null;
    this.heardMs = Date.now();
    if (data instanceof ArrayBuffer) this.inbox?.add(new Uint8Array(data));
    else this.failed({ code: "corrupt", message: "the relay sent text instead of bytes" });
  }

  private async receive(socket: Socket, take: Take): Promise<void> {
    try {
      await this.options.engine.receive(take);
    } catch (error) {
      if (this.socket === socket) this.failed(errorToData(error));
    }
  }

  private flush(): void {
    const { socket } = this;
    if (!socket || !this.isOpen) return;
    while (socket.bufferedAmount < bufferedBytesMax) {
      const message = this.options.engine.takeMessage();
      if (message.length === 0) return;
      socket.send(message);
      this.owedSinceMs ??= Date.now();
    }
  }

  private tick(): void {
    const now = Date.now();
    const slept = now - this.lastTickMs > sleepMs;
    this.lastTickMs = now;
    if (slept) this.wake();
    else if (this.owedSinceMs !== null && now - this.owedSinceMs > answerTimeoutMs) {
      this.failed({ code: "unavailable", message: "the relay does not answer" });
    } else if (this.isOpen && this.socket && this.socket.bufferedAmount < bufferedBytesMax) {
      // What a full buffer kept back.
      void this.options.engine.exclusively(() => {
        if (this.options.engine.isClosed) return;
        this.flush();
        if (this.owedSinceMs === null && now - this.heardMs > silenceMs) this.ask();
      });
    }
  }

  private ask(): void {
    const question = this.options.engine.takePing();
    if (question.length === 0) return;
    this.socket?.send(question);
    this.owedSinceMs = Date.now();
  }

  private lost(socket: Socket): void {
    if (this.socket === socket) this.failed(this.problem);
  }

  private failed(problem: ErrorData | null): void {
    this.problem = problem;
    void this.drop();
    if (!this.isStarted) return;
    clearTimeout(this.retry);
    // A token that was refused is refused again, until there is another one.
    this.attempt = problem?.code === "denied" ? deniedAttempt : this.attempt + 1;
    this.retry = setTimeout(() => this.connect(), backoffDelayMs(this.attempt, Math.random()));
  }

  private async drop(): Promise<void> {
    const { socket } = this;
    this.socket = null;
    this.inbox?.close();
    this.inbox = null;
    this.isOpen = false;
    this.welcomed = false;
    this.synced = false;
    this.owedSinceMs = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.onerror = () => {};
      socket.close();
      // A core that has stopped need not be told.
      await this.options.engine.disconnected().catch(() => {});
    }
    this.report();
  }

  private report(): void {
    const connection = this.welcomed ? "online" : this.socket ? "connecting" : "offline";
    const sync = this.synced ? "synced" : this.isOpen ? "syncing" : "offline";
    this.options.onStatus({ connection, sync, problem: this.problem });
  }
}
