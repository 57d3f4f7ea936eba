// Backoff: how long to wait before the next attempt to connect. Exponential with jitter, so that many
// devices that lost one relay do not come back at one moment.

export const backoffMs = { first: 1000, longest: 30_000 } as const;

// attempt: how many have failed in a row, from 1. random: at least 0 and less than 1. At least half
// of the doubled time, at most all of it.
export function backoffDelayMs(attempt: number, random: number): number {
  const full = Math.min(backoffMs.first * 2 ** Math.min(attempt, 30), backoffMs.longest);
  return Math.round(full / 2 + (full / 2) * random);
}
