// Other clients on the same socket: Convex's own without React, and TanStack Query.
import { ConvexQueryClient, convexQuery, useConvexMutation } from "@convex-dev/react-query";
import { QueryClient, QueryClientProvider, useMutation, useQuery } from "@tanstack/react-query";
import { ConvexClient } from "convex/browser";
import type { ReactNode } from "react";
import { api } from "../convex/_generated/api.js";
import type { Tests } from "./page.ts";
import { equal } from "./stage.tsx";

export const clients: Tests = {
  "ConvexClient follows queries and calls functions": async (stage) => {
    const { address, webSocketConstructor } = stage.syncline;
    const client = new ConvexClient(address, { webSocketConstructor });
    const seen: string[] = [];
    const stop = client.onUpdate(api.tasks.texts, { list: "a" }, (texts) =>
      seen.push(texts.join()),
    );
    await stage.until("the first result", () => seen.length === 1);
    await client.mutation(api.tasks.add, { list: "a", text: "one", rank: 0 });
    await stage.until("the task", () => seen.at(-1) === "one");
    equal(await client.action(api.tasks.shout, { list: "b", text: "hey" }), "hey!", "action");
    equal(await client.query(api.tasks.texts, { list: "b" }), ["HEY"], "query");
    equal(seen, ["", "one"], "updates");
    stop();
    await client.close();
  },

  "TanStack Query follows queries through @convex-dev/react-query": async (stage) => {
    const convexQueryClient = new ConvexQueryClient(stage.convex);
    const queryClient = new QueryClient({
      defaultOptions: {
        queries: {
          queryKeyHashFn: convexQueryClient.hashFn(),
          queryFn: convexQueryClient.queryFn(),
        },
      },
    });
    convexQueryClient.connect(queryClient);
    let add: ((text: string) => void) | undefined;
    function Tasks(): ReactNode {
      const { data, isPending } = useQuery(convexQuery(api.tasks.texts, { list: "a" }));
      const { mutate } = useMutation({ mutationFn: useConvexMutation(api.tasks.add) });
      add = (text) => mutate({ list: "a", text, rank: 0 });
      return isPending ? "loading" : `[${data?.join()}]`;
    }
    stage.show(
      <QueryClientProvider client={queryClient}>
        <Tasks />
      </QueryClientProvider>,
    );
    await stage.until("the empty list", () => stage.text() === "[]");
    add?.("one");
    await stage.until("the task", () => stage.text() === "[one]");
    await stage.convex.mutation(api.tasks.add, { list: "a", text: "two", rank: 1 });
    await stage.until("what came from elsewhere", () => stage.text() === "[one,two]");
    queryClient.clear();
  },
};
