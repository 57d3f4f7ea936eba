// serve: the worker's side of SynclineClient. Called once in a dedicated worker; the first message from
// the page says what to open.
import createSyncline from "../../wasm/syncline.mjs";
import type { App } from "../engine/application.ts";
import { errorToData } from "../error.ts";
import { MemoryStorage } from "../storage/memory.ts";
import { OpfsStorage } from "../storage/opfs.ts";
import type { Storage } from "../storage/storage.ts";
import { Loopback } from "./loopback.ts";
import type { OpenOptions, PageMessage, WorkerMessage } from "./messages.ts";
import { mutationReporter } from "./mutation-reporter.ts";
import { Runtime } from "./runtime.ts";
import type { Socket } from "./session.ts";

// What this file uses of DedicatedWorkerGlobalScope.
interface WorkerScope {
  postMessage(message: WorkerMessage): void;
  addEventListener(type: "message", listener: (event: MessageEvent<PageMessage>) => void): void;
  close(): void;
}

export interface ServeOptions {
  /** What functions are given as ctx: ours, or that of npm convex itself. Default "syncline". */
  layer?: "syncline" | "convex";
}

export function serve(app: App, { layer = "syncline" }: ServeOptions = {}): void {
  const scope = self as unknown as WorkerScope;
  let page: PageServer | undefined;
  scope.addEventListener("message", ({ data }) => {
    if (data.type === "open") page ??= new PageServer(app, layer, data.options, scope);
    else page?.receive(data);
  });
}

class PageServer {
  private readonly runtime: Runtime;
  private readonly loopbacks = new Map<number, Loopback>();
  // How to stop what the page follows.
  private readonly followed = new Map<number, () => void>();

  constructor(
    app: App,
    layer: "syncline" | "convex",
    { url, storage, name }: OpenOptions,
    private readonly scope: WorkerScope,
  ) {
    const kept = new Map<string, MemoryStorage>();
    this.runtime = new Runtime({
      app,
      url,
      name,
      storage: storage === "opfs" ? "durable" : "memory",
      engineOptions: { layer },
      platform: {
        createModule: createSyncline,
        openStorage: (database) =>
          storage === "opfs" ? OpfsStorage.open(database) : memoryOf(kept, database),
      },
      makeSocket: (address) => new WebSocket(address) as Socket,
      onReports: (reports) => this.scope.postMessage({ type: "reports", reports }),
    });
  }

  receive(message: Exclude<PageMessage, { type: "open" }>): void {
    switch (message.type) {
      case "socketOpen":
        this.openSocket(message.socket);
        break;
      case "socketSend":
        this.loopbacks.get(message.socket)?.send(message.text, message.undo);
        break;
      case "socketClose":
        this.loopbacks.get(message.socket)?.close();
        this.loopbacks.delete(message.socket);
        break;
      case "query":
      case "action": {
        const { type, call, path, args } = message;
        void this.runtime[type](path, args).then((outcome) => {
          this.post({ type: "outcome", call, outcome });
        });
        break;
      }
      case "sql": {
        const { call, text, args } = message;
        void this.runtime.sql(text, args).then((outcome) => {
          this.post({ type: "outcome", call, outcome });
        });
        break;
      }
      case "sqlStart": {
        const { call, text, args } = message;
        const stop = this.runtime.onSql(text, args, (outcome) =>
          this.post({ type: "outcome", call, outcome }),
        );
        this.followed.set(call, stop);
        break;
      }
      case "sqlStop":
      case "undoStop":
        this.followed.get(message.call)?.();
        this.followed.delete(message.call);
        break;
      case "mutation": {
        const { call, path, args, options } = message;
        const reporter = mutationReporter(call, this.post);
        void this.runtime.mutation(path, args, options, reporter);
        break;
      }
      case "retry": {
        const { call, key, options } = message;
        const reporter = mutationReporter(call, this.post);
        this.runtime.retry(key, options, reporter).catch((error: unknown) => {
          this.post({ type: "stageFailed", call, stage: "applied", error: errorToData(error) });
        });
        break;
      }
      case "dismiss":
        this.answer(message.call, this.runtime.dismiss(message.key));
        break;
      case "undo": {
        const { call, scope, redo } = message;
        void this.runtime.undo(scope, redo, mutationReporter(call, this.post));
        break;
      }
      case "undoStart": {
        const { call, scope } = message;
        const stop = this.runtime.onUndoState(scope, (state) =>
          this.post({ type: "undoState", call, state }),
        );
        this.followed.set(call, stop);
        break;
      }
      case "undoClear":
        this.answer(message.call, this.runtime.clearUndo(message.scope));
        break;
      case "setOnline":
        this.runtime.setOnline(message.online);
        break;
      case "wake":
        this.runtime.wake();
        break;
      case "close":
        for (const loopback of this.loopbacks.values()) loopback.close();
        this.answer(message.call, this.runtime.close());
        break;
      default:
        message satisfies never;
    }
  }

  private openSocket(socket: number): void {
    const loopback = new Loopback(this.runtime, {
      message: (text) => this.post({ type: "socketMessage", socket, text }),
      closed: (reason) => this.post({ type: "socketClosed", socket, reason }),
    });
    this.loopbacks.set(socket, loopback);
  }

  private answer(call: number, work: Promise<void>): void {
    work.then(
      () => this.post({ type: "done", call }),
      (error: unknown) => this.post({ type: "failed", call, error: errorToData(error) }),
    );
  }

  private readonly post = (message: WorkerMessage): void => this.scope.postMessage(message);
}

// Memory lasts as long as the worker: a person who signs in again finds their data.
function memoryOf(kept: Map<string, MemoryStorage>, database: string): Promise<Storage> {
  const storage = kept.get(database) ?? new MemoryStorage();
  kept.set(database, storage);
  return Promise.resolve(storage);
}
