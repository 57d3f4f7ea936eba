// useWrite: runs a mutation; what goes wrong is told at the foot of the page.
import { useMutation } from "convex/react";
import type { FunctionArgs, FunctionReference } from "convex/server";
import { useCallback } from "react";
import { useNotice } from "../../lib/src/notice.tsx";
import { toSentence } from "../../lib/src/sentence.ts";

/** The returned function resolves with whether it went well. */
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
