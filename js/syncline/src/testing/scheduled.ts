// Running scheduled functions to their end while the test plays the time.
import type { JobRunner } from "../engine/job-runner.ts";

// Kept from before a test replaces them.
const { setTimeout: realSetTimeout } = globalThis;
const nextRealTurn = (): Promise<void> =>
  new Promise((resolve) => {
    realSetTimeout(resolve, 0);
  });

// A job that was scheduled before the timers were replaced waits on a real one: if it is due, it runs
// within a few real turns; if not, this test's time never comes to it.
const idleTurnsMax = 20;

export async function finishAll(
  jobs: JobRunner,
  advanceTimers: () => void,
  maxIterations: number,
): Promise<void> {
  let idleTurns = 0;
  for (let iteration = 0; iteration < maxIterations; ++iteration) {
    advanceTimers();
    if (jobs.runningCount > 0) {
      idleTurns = 0;
      await finishRunning(jobs, advanceTimers);
      continue;
    }
    if (jobs.pendingCount === 0 || idleTurns >= idleTurnsMax) return;
    ++idleTurns;
    await nextRealTurn();
  }
  throw new Error(
    "finishAllScheduledFunctions: too many iterations. Do functions schedule each other for ever? If not, " +
      "pass a larger maxIterations.",
  );
}

// The functions themselves may wait for timers.
async function finishRunning(jobs: JobRunner, advanceTimers: () => void): Promise<void> {
  let isDone = false;
  const done = jobs.finishRunning().finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await Promise.race([done, nextRealTurn()]);
    if (!isDone) advanceTimers();
  }
  await done;
}
