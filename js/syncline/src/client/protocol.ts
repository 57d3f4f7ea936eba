// The messages of Convex's client protocol, as JSON texts carry them (npm convex, browser/sync/protocol).
// Times are 64 bits, little-endian, in base64.
import type { JSONValue } from "convex/values";

export interface AddQuery {
  type: "Add";
  queryId: number;
  udfPath: string;
  args: JSONValue[];
  // What an earlier result of the query brought.
  journal?: string | null;
}
export interface RemoveQuery {
  type: "Remove";
  queryId: number;
}

export type ClientMessage =
  | { type: "Connect"; maxObservedTimestamp?: string }
  | { type: "Authenticate"; tokenType: "User"; value: string; baseVersion: number }
  | { type: "Authenticate"; tokenType: "None" | "Admin"; baseVersion: number }
  | {
      type: "ModifyQuerySet";
      baseVersion: number;
      newVersion: number;
      modifications: (AddQuery | RemoveQuery)[];
    }
  | { type: "Mutation" | "Action"; requestId: number; udfPath: string; args: JSONValue[] }
  | { type: "Event" };

export interface StateVersion {
  querySet: number;
  identity: number;
  ts: string;
}

export type StateModification =
  | {
      type: "QueryUpdated";
      queryId: number;
      value: JSONValue;
      logLines: string[];
      journal: string | null;
    }
  | {
      type: "QueryFailed";
      queryId: number;
      errorMessage: string;
      logLines: string[];
      errorData?: JSONValue;
      journal: string | null;
    }
  | { type: "QueryRemoved"; queryId: number };

export type ServerMessage =
  | {
      type: "Transition";
      startVersion: StateVersion;
      endVersion: StateVersion;
      modifications: StateModification[];
    }
  | {
      type: "MutationResponse";
      requestId: number;
      success: true;
      result: JSONValue;
      ts: string;
      logLines: string[];
    }
  | {
      type: "ActionResponse";
      requestId: number;
      success: true;
      result: JSONValue;
      logLines: string[];
    }
  | {
      type: "MutationResponse" | "ActionResponse";
      requestId: number;
      success: false;
      result: string;
      errorData?: JSONValue;
      logLines: string[];
    }
  | { type: "AuthError"; error: string; baseVersion: number; authUpdateAttempted: boolean }
  | { type: "FatalError"; error: string }
  | { type: "Ping" };

// Throws a TypeError or SyntaxError for what is no message; unknown types are left to the caller.
export function parseClientMessage(text: string): ClientMessage {
  const message = JSON.parse(text) as ClientMessage;
  if (typeof message !== "object" || message === null || typeof message.type !== "string") {
    throw new TypeError("a message must be an object with a type");
  }
  return message;
}

export function encodeTs(version: number): string {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(version), true);
  return btoa(String.fromCharCode(...bytes));
}

export function decodeTs(text: string): number {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  if (bytes.length !== 8) throw new TypeError("a time must have 8 bytes");
  return Number(new DataView(bytes.buffer).getBigUint64(0, true));
}
