// runStrictly: runs a strict mutation until the relay accepts it, and knows when to give up. It does no
// I/O of its own: what a run is, and when the device has caught up, is handed in.
import type { StrictOptions } from "../engine/application.ts";
import { failureOf, type Outcome } from "../engine/outcome.ts";
import { dataToError, type ErrorData, placeOf, SynclineError } from "../error.ts";
import type { MutationKey } from "./types.ts";

export interface StrictAttempt {
  outcome: Outcome;
  // Its number in the outbox; null if it failed or wrote nothing.
  key: MutationKey | null;
  // The relay's decision; null: accepted, and its rows are here.
  decided: Promise<ErrorData | null>;
}

export interface StrictHost {
  // Resolves when the device has all that the relay has told. Rejects with "offline" if it is to fail without a
  // connection, and with "unavailable" when the person has signed out.
  caughtUp(offline: "fail" | "wait"): Promise<void>;
  attempt(): Promise<StrictAttempt>;
  // The refusal is being seen to: nobody need hear of it yet.
  hide(key: MutationKey): void;
  // It was not: it is told of as any refusal.
  show(key: MutationKey): void;
  // It was run again.
  dismiss(key: MutationKey): Promise<void>;
  pause(ms: number): Promise<void>;
}

export const strictAttempts = 8;
const pauseMs = { first: 20, longest: 2000 } as const;

// How it ended: its result if it was accepted. What it threw, what the relay refused and what kept on changing
// are failures alike.
export async function runStrictly(
  path: string,
  { offline = "fail", attempts = strictAttempts }: StrictOptions,
  host: StrictHost,
  random: () => number = Math.random,
): Promise<Outcome> {
  let refused: MutationKey | null = null;
  try {
    for (let tried = 1; ; ++tried) {
      await host.caughtUp(offline);
      const { outcome, key, decided } = await host.attempt();
      // From here on there is another record of it, or nothing to be done.
      if (refused) await host.dismiss(refused);
      refused = null;
      const isLast = tried >= attempts;
      if (outcome.ok) {
        const refusal = await decided;
        if (refusal === null) return outcome;
        if (refusal.code !== "conflict") throw dataToError(refusal);
        if (isLast) throw givenUp(path, tried, refusal);
        if (key) host.hide(key);
        refused = key;
      } else if (outcome.failure.error.code !== "unavailable" || isLast) {
        return outcome; // else the copy here is behind the relay's again
      }
      await host.pause(strictPauseMs(tried, random()));
    }
  } catch (error) {
    if (refused) host.show(refused);
    return { ok: false, failure: failureOf(error) };
  }
}

// Twice as long each time and at random below that, so that those who met do not meet again.
export function strictPauseMs(tried: number, random: number): number {
  const full = Math.min(pauseMs.first * 2 ** Math.min(tried, 30), pauseMs.longest);
  return Math.round(full * random);
}

function givenUp(path: string, tried: number, refusal: ErrorData): SynclineError {
  return new SynclineError(
    "conflict",
    `Somebody else changed what ${path} had read, ${tried === 1 ? "the one time" : `each of the ${tried} times`} ` +
      "that it was run: try again later.",
    placeOf(refusal),
  );
}
