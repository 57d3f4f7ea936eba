// Loopback: the server's end of Convex's client protocol, beside the database instead of on a machine far
// away. One for each WebSocket that a Convex client opens (loopback-socket.ts is the client's end).
//
// Its invariant, which Convex's client checks: each Transition starts where the last one ended; it holds
// all results that differ at its end, so the queries of one client always show one state. A change of the
// query set or of the identity becomes part of the first Transition that has a result for every query.
import type { Batch, LiveQueryId, Told } from "../engine/live-queries.ts";
import type { Outcome } from "../engine/outcome.ts";
import { errorToData } from "../error.ts";
import type { LoopbackEvents, LoopbackPeer } from "./loopback-socket.ts";
import {
  type ClientMessage,
  decodeTs,
  encodeTs,
  parseClientMessage,
  type ServerMessage,
} from "./protocol.ts";
import type { Runtime } from "./runtime.ts";

interface Versions {
  querySet: number;
  identity: number;
  ts: number;
}

// The client gives a server up that is silent for a minute.
const pingMs = 15_000;

export class Loopback implements LoopbackPeer {
  // Where the client is, and where the next Transition takes it.
  private readonly at: Versions = { querySet: 0, identity: 0, ts: 0 };
  private readonly target = { querySet: 0, identity: 0 };
  private readonly liveByQuery = new Map<number, LiveQueryId>();
  private readonly queryByLive = new Map<LiveQueryId, number>();
  // Queries whose result is still to come before the next Transition.
  private readonly missing = new Set<number>();
  private modifications = new Map<number, string>(); // by query, as JSON text
  private reached = 0; // the newest version that all results show
  private turns: Promise<void> = Promise.resolve();
  private isClosed = false;
  private readonly stopBatches: () => void;
  private readonly pings: ReturnType<typeof setInterval>;

  constructor(
    private readonly runtime: Runtime,
    private readonly events: LoopbackEvents,
  ) {
    this.stopBatches = runtime.onBatch((batch) => this.take(batch));
    this.pings = setInterval(() => this.reply({ type: "Ping" }), pingMs);
  }

  // Messages are handled one after another, but a mutation's end is not waited for.
  send(text: string, undo: string | null): void {
    this.turns = this.turns.then(async () => {
      if (this.isClosed) return;
      try {
        await this.handle(parseClientMessage(text), undo);
      } catch (error) {
        this.reply({ type: "FatalError", error: errorToData(error).message });
      }
    });
  }

  close(): void {
    this.isClosed = true;
    this.stopBatches();
    clearInterval(this.pings);
    for (const live of this.liveByQuery.values()) this.runtime.live.remove(live);
    this.liveByQuery.clear();
    this.queryByLive.clear();
  }

  private async handle(message: ClientMessage, undo: string | null): Promise<void> {
    switch (message.type) {
      case "Connect":
        if (message.maxObservedTimestamp) {
          this.runtime.observeVersion(decodeTs(message.maxObservedTimestamp));
        }
        break;
      case "Authenticate":
        await this.authenticate(message);
        break;
      case "ModifyQuerySet":
        this.modify(message);
        break;
      case "Mutation":
        this.mutate(message, undo);
        break;
      case "Action":
        void this.act(message);
        break;
      case "Event":
        break;
      default:
        message satisfies never;
        throw new TypeError(`unknown message "${(message as { type: string }).type}"`);
    }
  }

  private async authenticate(
    message: Extract<ClientMessage, { type: "Authenticate" }>,
  ): Promise<void> {
    const { baseVersion } = message;
    try {
      if (message.tokenType === "Admin") throw new Error("there is no administrator on a device");
      const token = message.tokenType === "User" ? message.value : null;
      const isOther = await this.runtime.setToken(token);
      this.target.identity = baseVersion + 1;
      if (isOther) for (const query of this.liveByQuery.keys()) this.missing.add(query);
      this.transition();
    } catch (error) {
      this.reply({
        type: "AuthError",
        error: errorToData(error).message,
        baseVersion,
        authUpdateAttempted: true,
      });
    }
  }

  private modify({
    newVersion,
    modifications,
  }: Extract<ClientMessage, { type: "ModifyQuerySet" }>): void {
    this.target.querySet = newVersion;
    for (const modification of modifications) {
      const { queryId } = modification;
      if (modification.type === "Add") {
        const { udfPath, args, journal } = modification;
        const live = this.runtime.live.add(udfPath, args[0] ?? {}, journal ?? null);
        this.liveByQuery.set(queryId, live);
        this.queryByLive.set(live, queryId);
        this.missing.add(queryId);
      } else {
        this.remove(queryId);
      }
    }
    if (this.liveByQuery.size > 0) this.runtime.openInBackground();
    this.transition();
  }

  private remove(queryId: number): void {
    const live = this.liveByQuery.get(queryId);
    if (live === undefined) return;
    this.runtime.live.remove(live);
    this.liveByQuery.delete(queryId);
    this.queryByLive.delete(live);
    this.missing.delete(queryId);
    this.modifications.set(queryId, `{"type":"QueryRemoved","queryId":${queryId}}`);
  }

  private mutate(
    { requestId, udfPath, args }: Extract<ClientMessage, { type: "Mutation" | "Action" }>,
    undo: string | null,
  ): void {
    void this.runtime.mutation(
      udfPath,
      args[0] ?? {},
      { undo },
      {
        applied: (outcome, version) => {
          const ts = outcome.ok ? `,"ts":"${encodeTs(version)}"` : "";
          this.replyText(responseText("MutationResponse", requestId, outcome, ts));
        },
        decided: () => {},
      },
    );
  }

  // Actions run beside everything else, and are answered when they end.
  private async act({
    requestId,
    udfPath,
    args,
  }: Extract<ClientMessage, { type: "Mutation" | "Action" }>): Promise<void> {
    const outcome = await this.runtime.action(udfPath, args[0] ?? {});
    this.replyText(responseText("ActionResponse", requestId, outcome, ""));
  }

  private take({ version, changes }: Batch): void {
    for (const [live, told] of changes) {
      const queryId = this.queryByLive.get(live);
      if (queryId === undefined) continue;
      this.missing.delete(queryId);
      this.modifications.set(queryId, modificationText(queryId, told));
    }
    this.reached = Math.max(version, this.reached);
    this.transition();
  }

  // Nothing is said while a result is missing, or if nothing has changed.
  private transition(): void {
    if (this.missing.size > 0) return;
    const { querySet, identity } = this.target;
    const ts = this.reached;
    const modifications = [...this.modifications.values()];
    if (
      modifications.length === 0 &&
      ts === this.at.ts &&
      querySet === this.at.querySet &&
      identity === this.at.identity
    ) {
      return;
    }
    const startVersion = JSON.stringify({ ...this.at, ts: encodeTs(this.at.ts) });
    const endVersion = JSON.stringify({ querySet, identity, ts: encodeTs(ts) });
    Object.assign(this.at, { querySet, identity, ts });
    this.modifications = new Map();
    this.replyText(
      `{"type":"Transition","startVersion":${startVersion},"endVersion":${endVersion},` +
        `"modifications":[${modifications.join(",")}]}`,
    );
  }

  private reply(message: ServerMessage): void {
    this.replyText(JSON.stringify(message));
  }

  private replyText(text: string): void {
    if (!this.isClosed) this.events.message(text);
  }
}

// Results are JSON text already, so the messages are made as text: StateModification and ServerMessage say
// what is in them.
function modificationText(queryId: number, told: Told): string {
  const journal = JSON.stringify(told.journal);
  if (told.ok) {
    return `{"type":"QueryUpdated","queryId":${queryId},"value":${told.value},"logLines":[],"journal":${journal}}`;
  }
  return (
    `{"type":"QueryFailed","queryId":${queryId},` +
    `"errorMessage":${JSON.stringify(told.failure.message)},"logLines":[]${errorData(told)},"journal":${journal}}`
  );
}

function responseText(
  type: "MutationResponse" | "ActionResponse",
  requestId: number,
  outcome: Outcome,
  members: string,
): string {
  const result = outcome.ok ? outcome.value : JSON.stringify(outcome.failure.message);
  return (
    `{"type":"${type}","requestId":${requestId},"success":${outcome.ok},"result":${result},` +
    `"logLines":[]${errorData(outcome)}${members}}`
  );
}

function errorData(outcome: Outcome): string {
  if (outcome.ok || outcome.failure.data === undefined) return "";
  return `,"errorData":${JSON.stringify(outcome.failure.data)}`;
}
