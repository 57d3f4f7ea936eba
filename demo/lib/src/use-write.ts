// useWrite: runs a mutation, and says at the foot of the page why it could not be done.
import { useMutation } from "convex/react";
import type { FunctionArgs, FunctionReference } from "convex/server";
import { useCallback } from "react";
import { useNotice } from "./notice.tsx";
import { toSentence } from "./sentence.ts";

/** Resolves to whether it was done on this device; the relay's word may follow (RefusedPanel). */
export function useWrite<Mutation extends FunctionReference<"mutation", "public">>(
  mutation: Mutation,
): (args: FunctionArgs<Mutation>) => Promise<boolean> {
  const run = useMutation(mutation) as (args: FunctionArgs<Mutation>) => Promise<unknown>;
  const notify = useNotice();
  return useCallback(
    async (args) => {
      try {
        await run(args);
        return true;
      } catch (error) {
        notify(toSentence(error));
        return false;
      }
    },
    [run, notify],
  );
}
