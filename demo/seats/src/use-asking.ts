// useAsking: runs a strict mutation, whose answer comes from the relay, and tells whether it is awaited.
import type { FunctionArgs, FunctionReference } from "convex/server";
import { useState } from "react";
import { useWrite } from "../../lib/src/use-write.ts";

export function useAsking<Mutation extends FunctionReference<"mutation", "public">>(
  mutation: Mutation,
): { ask: (args: FunctionArgs<Mutation>) => void; isAsking: boolean } {
  const write = useWrite(mutation);
  const [isAsking, setAsking] = useState(false);
  const ask = (args: FunctionArgs<Mutation>): void => {
    if (isAsking) return;
    setAsking(true);
    void write(args).finally(() => setAsking(false));
  };
  return { ask, isAsking };
}
