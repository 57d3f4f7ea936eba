// mutationReporter: a mutation's stages as messages to whoever asked for it.
import type { JSONValue } from "convex/values";
import type { WorkerMessage } from "./messages.ts";
import type { MutationCallbacks } from "./runtime.ts";

type StageMessage = Extract<WorkerMessage, { type: "stage" | "stageFailed" }>;

export function mutationReporter(
  call: number,
  post: (message: StageMessage) => void,
): MutationCallbacks {
  return {
    applied: (outcome) => {
      if (outcome.ok) {
        const value = JSON.parse(outcome.value) as JSONValue;
        post({ type: "stage", call, stage: "applied", value });
        // The core returns from a commit when the storage has flushed it.
        post({ type: "stage", call, stage: "durable", value: null });
        return;
      }
      const { error, data, isConvexError } = outcome.failure;
      post({
        type: "stageFailed",
        call,
        stage: "applied",
        error,
        ...(isConvexError && data !== undefined ? { data } : {}),
      });
    },
    decided: (refusal) => {
      if (refusal === null) post({ type: "stage", call, stage: "accepted", value: null });
      else post({ type: "stageFailed", call, stage: "accepted", error: refusal });
    },
  };
}
