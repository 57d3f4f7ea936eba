// AcceptedWaiters: who waits for the relay's decision on which mutation.
import type { CoreEvents } from "../engine/operations.ts";
import { type ErrorData, placeOf } from "../error.ts";
import { keyText, type MutationKey } from "./types.ts";

// null: accepted.
type Decided = (refusal: ErrorData | null) => void;

export class AcceptedWaiters {
  private readonly waiters = new Map<string, Decided>();

  wait(key: MutationKey, decided: Decided): void {
    this.waiters.set(keyText(key), decided);
  }

  settle({ settled, refused }: Pick<CoreEvents, "settled" | "refused">): void {
    for (const entry of refused) {
      const { code, message } = entry;
      this.decide(entry, { code, message, ...placeOf(entry) });
    }
    for (const key of settled) this.decide(key, null);
  }

  // The person signed out; the changes stay in their outbox.
  abandon(): void {
    const refusal: ErrorData = {
      code: "unavailable",
      message:
        "signed out before the relay decided; the change is sent when this person signs in again",
    };
    for (const decided of [...this.waiters.values()]) decided(refusal);
    this.waiters.clear();
  }

  private decide(key: MutationKey, refusal: ErrorData | null): void {
    const text = keyText(key);
    const decided = this.waiters.get(text);
    this.waiters.delete(text);
    decided?.(refusal);
  }
}
