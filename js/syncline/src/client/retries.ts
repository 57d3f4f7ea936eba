// Retries: refused mutations that are being run again. Who asks for the same once more, before the relay has
// decided, is told the same.
import type { Outcome } from "../engine/outcome.ts";
import type { MutationCallbacks } from "./runtime.ts";
import { keyText, type MutationKey } from "./types.ts";

interface Running {
  told: MutationCallbacks[];
  applied: { outcome: Outcome; version: number } | null;
  started: Promise<void>;
}

export class Retries {
  // Bounded by the refusals that are listed.
  private readonly running = new Map<string, Running>();

  // Rejects if it could not be started.
  run(
    key: MutationKey,
    callbacks: MutationCallbacks,
    start: (callbacks: MutationCallbacks) => Promise<void>,
  ): Promise<void> {
    const text = keyText(key);
    const before = this.running.get(text);
    if (before) {
      before.told.push(callbacks);
      if (before.applied) callbacks.applied(before.applied.outcome, before.applied.version);
      return before.started;
    }
    const running: Running = { told: [callbacks], applied: null, started: Promise.resolve() };
    this.running.set(text, running);
    running.started = start({
      applied: (outcome, version) => {
        if (!outcome.ok) this.running.delete(text);
        running.applied = { outcome, version };
        for (const each of running.told) each.applied(outcome, version);
      },
      decided: (refusal) => {
        this.running.delete(text);
        for (const each of running.told) each.decided(refusal);
      },
    }).catch((error: unknown) => {
      this.running.delete(text);
      throw error;
    });
    return running.started;
  }
}
