// Retries, against mutations that are played.
import { expect, it } from "vitest";
import { failureOf, type Outcome } from "../engine/outcome.ts";
import { type ErrorData, SynclineError } from "../error.ts";
import { Retries } from "./retries.ts";
import type { MutationCallbacks } from "./runtime.ts";

const key = { tenant: "t", number: 4 };
const done: Outcome = { ok: true, value: "1" };
const failed: Outcome = {
  ok: false,
  failure: failureOf(new SynclineError("offline", "no connection")),
};

function play() {
  const retries = new Retries();
  const started: MutationCallbacks[] = [];
  const told: string[] = [];
  const ask = (who: string, begins: Promise<void> = Promise.resolve()): Promise<void> =>
    retries.run(
      key,
      {
        applied: ({ ok }, version) => told.push(`${who}: ${ok ? "applied" : "failed"} ${version}`),
        decided: (refusal: ErrorData | null) => told.push(`${who}: ${refusal?.code ?? "accepted"}`),
      },
      (callbacks) => {
        started.push(callbacks);
        return begins;
      },
    );
  return { ask, started, told };
}

it("runs a refused mutation once until it is decided, however often it is asked for, and tells all", async () => {
  const { ask, started, told } = play();
  void ask("first");
  void ask("second");
  started[0]?.applied(done, 7);
  await ask("late");
  expect(told).toEqual(["first: applied 7", "second: applied 7", "late: applied 7"]);
  started[0]?.decided(null);
  expect(told.slice(3)).toEqual(["first: accepted", "second: accepted", "late: accepted"]);
  expect(started).toHaveLength(1);
  void ask("anew");
  expect(started).toHaveLength(2);
});

it("can be asked for again when it has failed, or could not be started", async () => {
  const { ask, started, told } = play();
  void ask("first");
  started[0]?.applied(failed, 7);
  const begins = Promise.reject(new Error("there is no such"));
  const [second, third] = [ask("second", begins), ask("third")];
  await expect(second).rejects.toThrow("there is no such");
  await expect(third).rejects.toThrow("there is no such");
  void ask("fourth");
  expect(started).toHaveLength(3);
  expect(told).toEqual(["first: failed 7"]);
});
