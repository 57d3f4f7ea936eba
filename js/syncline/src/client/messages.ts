// What the page and its worker say to each other. The worker's first word is the page's "open".
import type { JSONValue } from "convex/values";
import type { Outcome } from "../engine/outcome.ts";
import type { ErrorData } from "../error.ts";
import type { MutationKey, MutationOptions, SyncStatus, UndoState } from "./types.ts";

export interface OpenOptions {
  /** The relay, as "https://relay.example.org"; null: this device alone. */
  url: string | null;
  storage: "opfs" | "memory";
  /** Names the application's data on this origin. */
  name: string;
}

// A mutation of the reports, arguments still in Convex's JSON.
export interface PendingData {
  tenant: string;
  number: number;
  path: string;
  args: JSONValue;
  at: number;
  strict: boolean;
  rows: { table: string; id: string }[];
}

export interface RefusedData {
  tenant: string;
  number: number;
  code: ErrorData["code"];
  message: string;
  table: string | null;
  row: string | null;
  rule: string | null;
  path: string;
  args: JSONValue;
  at: number;
  strict: boolean;
}

export interface Reports {
  status: SyncStatus;
  pending: PendingData[];
  refused: RefusedData[];
}

export type PageMessage =
  | { type: "open"; options: OpenOptions }
  | { type: "socketOpen"; socket: number }
  /** `undo`: of a mutation, the scope in which it can be undone. */
  | { type: "socketSend"; socket: number; text: string; undo: string | null }
  | { type: "socketClose"; socket: number }
  | { type: "query" | "action"; call: number; path: string; args: JSONValue }
  | { type: "sql"; call: number; text: string; args: JSONValue[] }
  /** A live one, until it is stopped; each result is an "outcome" of this call. */
  | { type: "sqlStart"; call: number; text: string; args: JSONValue[] }
  | { type: "sqlStop"; call: number }
  | { type: "mutation"; call: number; path: string; args: JSONValue; options: MutationOptions }
  | { type: "retry"; call: number; key: MutationKey; options: MutationOptions }
  | { type: "dismiss"; call: number; key: MutationKey }
  | { type: "undo"; call: number; scope: string; redo: boolean }
  /** Until it is stopped; each state is an "undoState" of this call. */
  | { type: "undoStart"; call: number; scope: string }
  | { type: "undoStop"; call: number }
  | { type: "undoClear"; call: number; scope: string }
  | { type: "setOnline"; online: boolean }
  /** The page was woken or the network came back: connect at once. */
  | { type: "wake" }
  | { type: "close"; call: number };

export type Stage = "applied" | "durable" | "accepted";

export type WorkerMessage =
  | { type: "reports"; reports: Partial<Reports> }
  | { type: "socketMessage"; socket: number; text: string }
  | { type: "socketClosed"; socket: number; reason: string }
  | { type: "stage"; call: number; stage: Stage; value: JSONValue }
  /** This stage and those behind it failed. */
  | { type: "stageFailed"; call: number; stage: Stage; error: ErrorData; data?: JSONValue }
  | { type: "undoState"; call: number; state: UndoState }
  | { type: "done"; call: number }
  /** What a query, an action or a statement of SQL gave; live statements give many. */
  | { type: "outcome"; call: number; outcome: Outcome }
  | { type: "failed"; call: number; error: ErrorData };
