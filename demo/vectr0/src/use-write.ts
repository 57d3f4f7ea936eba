// useWrite: runs a mutation the way the page asks for it: checked on this device first, or forced,
// so that the relay alone decides. Resolves to null, or to the sentence that says what was wrong.
import { useMutation } from "convex/react";
import type { FunctionArgs, FunctionReference } from "convex/server";
import { useCallback, useContext } from "react";
import { useSyncline } from "syncline/react";
import { toSentence } from "../../lib/src/sentence.ts";
import { OrganizationContext } from "./organization.tsx";

type PublicMutation = FunctionReference<"mutation", "public">;

export function useWrite<Mutation extends PublicMutation>(
  mutation: Mutation,
): (args: FunctionArgs<Mutation>) => Promise<string | null> {
  const run = useMutation(mutation) as (args: FunctionArgs<Mutation>) => Promise<unknown>;
  const syncline = useSyncline();
  const forced = useContext(OrganizationContext)?.forced ?? false;
  return useCallback(
    async (args) => {
      try {
        if (forced) await syncline.mutation(mutation, args, { preview: false }).applied;
        else await run(args);
        return null;
      } catch (error) {
        return toSentence(error);
      }
    },
    [run, syncline, mutation, forced],
  );
}
