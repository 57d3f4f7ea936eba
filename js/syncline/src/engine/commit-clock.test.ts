// Timestamps of commits: one for a transaction, each later than the last.
import { convexToJson } from "convex/values";
import { expect, it } from "vitest";
import { CommitClock, withCommitTs } from "./commit-clock.ts";

it("gives each commit a later time than what was seen before, however the clock goes", () => {
  const clock = new CommitClock();
  const times = [1000, 1000, 999, 1001].flatMap((nowMs) => {
    const snapshot = clock.snapshot(nowMs);
    return [snapshot, clock.next(snapshot)];
  });
  expect(times).toEqual([
    1_000_000_000n,
    1_000_000_001n,
    1_000_000_001n,
    1_000_000_002n,
    1_000_000_002n,
    1_000_000_003n,
    1_001_000_000n,
    1_001_000_001n,
  ]);
});

it("stands in for the placeholder, and not for text that looks like it", () => {
  const value = { at: { $commitTs: null }, text: '{"$commitTs":null}' };
  expect(JSON.parse(withCommitTs(JSON.stringify(value), () => 5n))).toEqual({
    at: convexToJson(5n),
    text: '{"$commitTs":null}',
  });
});
