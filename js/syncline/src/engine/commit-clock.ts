// CommitClock: the timestamps of this database's transactions, in nanoseconds since 1970 where the clock
// allows, each later than what any transaction before it has seen.
//
// npm convex stands a placeholder for a commit's timestamp until the commit. Here mutations run one at a
// time, so a mutation's timestamp is known as soon as it asks, and is put in the placeholder's place
// wherever a function hands it over.
import { convexToJson } from "convex/values";

const placeholder = '{"$commitTs":null}';

export class CommitClock {
  private last = 0n;

  // What a transaction that begins now has seen.
  snapshot(nowMs: number): bigint {
    const now = BigInt(Math.floor(nowMs)) * 1_000_000n;
    return now > this.last ? now : this.last;
  }

  // After that snapshot.
  next(snapshot: bigint): bigint {
    this.last = (snapshot > this.last ? snapshot : this.last) + 1n;
    return this.last;
  }
}

// Values' JSON text with the timestamp; a string in it cannot look like the placeholder, whose quotes
// would be escaped there.
export function withCommitTs(text: string, commitTs: () => bigint): string {
  if (!text.includes(placeholder)) return text;
  return text.replaceAll(placeholder, JSON.stringify(convexToJson(commitTs())));
}
