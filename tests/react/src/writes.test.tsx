// What components write: mutations, optimistic updates, actions, jobs; and who is signed in.
import {
  Authenticated,
  AuthLoading,
  ConvexProviderWithAuth,
  Unauthenticated,
  useAction,
  useConvex,
  useConvexAuth,
  useConvexConnectionState,
  useMutation,
  useQuery,
} from "convex/react";
import { ConvexError } from "convex/values";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import {
  type Undo,
  usePendingMutations,
  useRefusedMutations,
  useSql,
  useSyncStatus,
  useUndo,
} from "syncline/react";
import { api } from "../convex/_generated/api.js";
import type { Tests } from "./page.ts";
import { equal } from "./stage.tsx";

type Add = (text: string) => Promise<unknown>;

// Unsigned: a device reads tokens, and a relay is not there.
function tokenOf(name: string): string {
  const part = (json: unknown) => btoa(JSON.stringify(json)).replaceAll("=", "");
  return `${part({ alg: "none" })}.${part({ iss: "https://test", sub: name, name })}.${part("")}`;
}

export const writes: Tests = {
  "useMutation resolves with the result when queries show it": async (stage) => {
    let add: Add | undefined;
    function Adding(): ReactNode {
      const mutate = useMutation(api.tasks.add);
      add = (text) => mutate({ list: "a", text, rank: 0 });
      return `[${useQuery(api.tasks.texts, { list: "a" })}]`;
    }
    stage.show(<Adding />);
    await stage.until("the empty list", () => stage.text() === "[]");
    const id = await add?.("one");
    if (typeof id !== "string") throw new Error(`the id is ${JSON.stringify(id)}`);
    await stage.until("the task", () => stage.text() === "[one]");
  },

  "useUndo takes back what convex/react wrote in its scope, and does it again": async (stage) => {
    let add: Add | undefined;
    let steps: Undo | undefined;
    function Undoing(): ReactNode {
      const mutate = useMutation(api.tasks.add);
      add = (text) => mutate({ list: "a", text, rank: 0 });
      steps = useUndo("a");
      const { undoLabel, redoLabel } = steps;
      return `[${useQuery(api.tasks.texts, { list: "a" })}] ${undoLabel} ${redoLabel}`;
    }
    stage.show(<Undoing />);
    await stage.until("the empty list", () => stage.text() === "[] null null");
    await add?.("one");
    await stage.until("what can be undone", () => stage.text() === "[one] tasks:add null");
    equal([steps?.canUndo, steps?.canRedo], [true, false], "what can be done");
    await stage.convex.mutation(api.tasks.add, { list: "b", text: "other", rank: 0 });
    await steps?.undo();
    await stage.until("it was undone", () => stage.text() === "[] null tasks:add");
    await steps?.undo(); // there is nothing left
    await steps?.redo();
    await stage.until("it was done again", () => stage.text() === "[one] tasks:add null");
    await stage.syncline.clearUndo("a");
    await stage.until("it is forgotten", () => stage.text() === "[one] null null");
    equal((await stage.syncline.undoState("b")).undo.length, 1, "what the other scope has");
  },

  "an optimistic update shows at once and gives way without a flicker": async (stage) => {
    const shown: string[] = [];
    let add: Add | undefined;
    function Adding(): ReactNode {
      const mutate = useMutation(api.tasks.add).withOptimisticUpdate((store, { list, text }) => {
        const texts = store.getQuery(api.tasks.texts, { list });
        if (texts) store.setQuery(api.tasks.texts, { list }, [...texts, text]);
      });
      add = (text) => mutate({ list: "a", text, rank: 0 });
      const text = `[${useQuery(api.tasks.texts, { list: "a" })}]`;
      if (shown.at(-1) !== text) shown.push(text);
      return text;
    }
    stage.show(<Adding />);
    await stage.until("the empty list", () => stage.text() === "[]");
    const added = add?.("one");
    await Promise.resolve();
    equal(
      stage.convex.watchQuery(api.tasks.texts, { list: "a" }).localQueryResult(),
      ["one"],
      "at once",
    );
    await added;
    await stage.until("the task", () => stage.text() === "[one]");
    equal(shown, ["[undefined]", "[]", "[one]"], "what was shown");
  },

  "an optimistic update of a mutation that fails is taken back": async (stage) => {
    let add: Add | undefined;
    function Adding(): ReactNode {
      const mutate = useMutation(api.tasks.addOrFail).withOptimisticUpdate(
        (store, { list, text }) => store.setQuery(api.tasks.texts, { list }, [text]),
      );
      add = (text) => mutate({ list: "a", text });
      return `[${useQuery(api.tasks.texts, { list: "a" })}]`;
    }
    stage.show(<Adding />);
    await stage.until("the empty list", () => stage.text() === "[]");
    const failure = await add?.("one").catch((error: unknown) => error);
    if (!(failure instanceof ConvexError)) throw new Error(`no ConvexError: ${failure}`);
    equal(failure.data, "the list is full", "its data");
    await stage.until("the empty list again", () => stage.text() === "[]");
  },

  "useAction runs an action, whose mutations queries show": async (stage) => {
    let shout: Add | undefined;
    function Shouting(): ReactNode {
      const run = useAction(api.tasks.shout);
      shout = (text) => run({ list: "a", text });
      return `[${useQuery(api.tasks.texts, { list: "a" })}]`;
    }
    stage.show(<Shouting />);
    await stage.until("the empty list", () => stage.text() === "[]");
    equal(await shout?.("hey"), "hey!", "the action's result");
    await stage.until("the task", () => stage.text() === "[HEY]");
  },

  "what a mutation schedules runs on the device": async (stage) => {
    function Showing(): ReactNode {
      return `[${useQuery(api.tasks.texts, { list: "a" })}]`;
    }
    stage.show(<Showing />);
    await stage.convex.mutation(api.tasks.addSoon, { list: "a", text: "soon" });
    await stage.until("the job's task", () => stage.text() === "[SOON]");
  },

  "useConvex gives the client; the connection state is that of a server at hand": async (stage) => {
    function Asking(): ReactNode {
      const convex = useConvex();
      const { isWebSocketConnected } = useConvexConnectionState();
      return `${convex === stage.convex} ${isWebSocketConnected}`;
    }
    stage.show(<Asking />);
    await stage.until("both", () => stage.text() === "true true");
    equal(await stage.convex.query(api.tasks.count, { list: "a" }), 0, "query");
  },

  "ConvexProviderWithAuth signs in and out": async (stage) => {
    let setName: ((name: string | null) => void) | undefined;
    function useAuth() {
      const [name, set] = useState<string | null | undefined>();
      setName = set;
      const fetchAccessToken = useCallback(async () => (name ? tokenOf(name) : null), [name]);
      const isLoading = name === undefined;
      return useMemo(
        () => ({ isLoading, isAuthenticated: Boolean(name), fetchAccessToken }),
        [isLoading, name, fetchAccessToken],
      );
    }
    function Who(): ReactNode {
      const { isAuthenticated } = useConvexAuth();
      return `${useQuery(api.tasks.whoami, {})} ${isAuthenticated}`;
    }
    stage.showBare(
      <ConvexProviderWithAuth client={stage.convex} useAuth={useAuth}>
        <AuthLoading>loading</AuthLoading>
        <Unauthenticated>nobody</Unauthenticated>
        <Authenticated>
          <Who />
        </Authenticated>
      </ConvexProviderWithAuth>,
    );
    await stage.until("loading", () => stage.text() === "loading");
    setName?.(null);
    await stage.until("nobody", () => stage.text() === "nobody");
    setName?.("ada");
    await stage.until("ada", () => stage.text() === "ada true");
    setName?.(null);
    await stage.until("nobody again", () => stage.text() === "nobody");
  },

  "status, pending and refused mutations, and a live SELECT": async (stage) => {
    const results: unknown[] = [];
    function Reports(): ReactNode {
      const { storage, pending } = useSyncStatus();
      const counts = `${usePendingMutations().length} ${useRefusedMutations().length}`;
      const sql = useSql("SELECT count(*) AS n FROM tasks WHERE list = ?", ["a"]);
      if (results.at(-1) !== sql) results.push(sql);
      return `${storage} ${pending} ${counts} ${JSON.stringify(sql?.rows)}`;
    }
    stage.show(<Reports />);
    await stage.until("the first report", () => stage.text() === "memory 0 0 0 [[0]]");
    await stage.convex.mutation(api.tasks.fill, { list: "a", count: 3 });
    await stage.until("the count", () => stage.text() === "memory 0 0 0 [[3]]");
    await stage.convex.mutation(api.tasks.fill, { list: "b", count: 3 });
    equal((await stage.syncline.sql("SELECT count(*) FROM tasks")).rows, [[6]], "all tasks");
    equal(results.length, 2, "results that differ");
  },
};
