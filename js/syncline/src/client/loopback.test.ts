// The unmodified clients of npm convex over the loopback, on the real core.
import { ConvexClient } from "convex/browser";
import { anyApi, type FunctionReference } from "convex/server";
import { ConvexError } from "convex/values";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSyncline, type SynclineNode } from "../node/node.ts";
import { aloneApp } from "../testing/alone.ts";
import { openAs, tokenOf, until } from "../testing/fixture.ts";
import type { ServerMessage } from "./protocol.ts";

interface Note {
  _id: string;
  text: string;
  rank: number;
}
// biome-ignore lint/suspicious/noExplicitAny: npm convex's own type of a reference's arguments
type Args = any;
const query = (name: string) =>
  (anyApi["notes"] as unknown as Record<string, FunctionReference<"query", "public", Args>>)[
    name
  ] as FunctionReference<"query", "public", Args>;
const mutation = (name: string) =>
  (anyApi["notes"] as unknown as Record<string, FunctionReference<"mutation", "public", Args>>)[
    name
  ] as FunctionReference<"mutation", "public", Args>;

let syncline: SynclineNode;
let convex: ConvexClient;
let team: string;

const connect = (): ConvexClient =>
  new ConvexClient(syncline.address, {
    webSocketConstructor: syncline.webSocketConstructor,
    logger: false,
  });

beforeEach(async () => {
  syncline = await openAs("ada");
  convex = connect();
  team = await convex.mutation(mutation("found"), { name: "T", email: "ada@example.org" });
});
afterEach(async () => {
  await convex.close();
  await syncline.close();
});

describe("ConvexClient", () => {
  it("is told of a query's result and of every change", async () => {
    const seen: string[][] = [];
    convex.onUpdate(query("list"), { team }, (notes: Note[]) => {
      seen.push(notes.map(({ text }) => text));
    });
    await until("the first result", () => seen.length === 1);
    const id = await convex.mutation(mutation("add"), { team, text: "a", rank: 1 });
    // A mutation resolves when the queries show it.
    expect(seen.at(-1)).toEqual(["a"]);
    await convex.mutation(mutation("edit"), { id, text: "b" });
    expect(seen.at(-1)).toEqual(["b"]);
    await convex.mutation(mutation("remove"), { id });
    expect(seen).toEqual([[], ["a"], ["b"], []]);
  });

  it("shows all queries of one commit at one moment", async () => {
    const texts: (string | undefined)[] = ["", ""];
    const torn: (string | undefined)[][] = [];
    convex.onUpdate(query("first"), { team }, (note: Note | null) => {
      texts[0] = note?.text;
    });
    convex.onUpdate(query("list"), { team }, (notes: Note[]) => {
      texts[1] = notes[0]?.text;
    });
    const stop = convex.client.addOnTransitionHandler(() => {
      queueMicrotask(() => {
        if (texts[0] !== texts[1]) torn.push([...texts]);
      });
    });
    const id = await convex.mutation(mutation("add"), { team, text: "0", rank: 1 });
    for (let turn = 1; turn <= 20; ++turn) {
      await convex.mutation(mutation("edit"), { id, text: String(turn) });
    }
    stop();
    expect(texts).toEqual(["20", "20"]);
    expect(torn).toEqual([]);
  });

  it("runs mutations in the order in which they were asked for", async () => {
    await Promise.all(
      Array.from({ length: 40 }, (_, rank) =>
        convex.mutation(mutation("add"), { team, text: String(rank), rank: 1 }),
      ),
    );
    const notes = (await convex.query(query("list"), { team })) as Note[];
    expect(notes.map(({ text }) => text)).toEqual(Array.from({ length: 40 }, (_, n) => String(n)));
  });

  it("shows an optimistic update until the mutation has run, and takes back one that failed", async () => {
    const seen: number[] = [];
    convex.onUpdate(query("list"), { team }, (notes: Note[]) => seen.push(notes.length));
    await until("the first result", () => seen.length === 1);
    const optimistic = { _id: "x", text: "soon", rank: 0 };
    const update = (store: Args): void => {
      const notes = store.getQuery(query("list"), { team }) as Note[];
      store.setQuery(query("list"), { team }, [...notes, optimistic]);
    };
    const failing = convex.mutation(
      mutation("failsToWrite"),
      { team },
      { optimisticUpdate: update },
    );
    await expect(failing).rejects.toBeInstanceOf(ConvexError);
    expect(seen).toEqual([0, 1, 0]);
    await convex.mutation(
      mutation("add"),
      { team, text: "now", rank: 0 },
      { optimisticUpdate: update },
    );
    // The real row takes the optimistic one's place in one step: still one row.
    expect(seen.slice(3)).toEqual([1, 1]);
  });

  it("gets errors as Convex shapes them", async () => {
    await expect(convex.query(query("fails"), { how: "error" })).rejects.toThrow(
      /\[CONVEX Q\(notes:fails\)\].*Uncaught Error: no luck/s,
    );
    const error: unknown = await convex
      .query(query("fails"), { how: "convex" })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConvexError);
    expect((error as ConvexError<Args>).data).toEqual({ code: 7, why: "rules" });
    const refused: unknown = await convex
      .mutation(mutation("add"), { team, text: "x", rank: -1 })
      .catch((thrown: unknown) => thrown);
    expect((refused as ConvexError<Args>).data).toMatchObject({
      code: "denied",
      message: "A rank is not negative",
    });
    await expect(convex.action(anyApi["notes"]?.["failsToAct"] as Args, {})).rejects.toThrow(
      /\[CONVEX A\(notes:failsToAct\)\].*Uncaught Error: no luck in an action/s,
    );
    await expect(convex.query(query("missing"), {})).rejects.toThrow(
      /Could not find public function for 'notes:missing'/,
    );
  });

  it("runs actions beside everything else", async () => {
    const act = anyApi["notes"]?.["act"] as Args;
    const acting = convex.action(act, { ms: 5 });
    await convex.mutation(mutation("add"), { team, text: "meanwhile", rank: 1 });
    expect(await acting).toBe(5);
  });

  it("stops running a query that nobody listens to", async () => {
    const stop = convex.onUpdate(query("list"), { team }, () => {});
    await until(
      "a result",
      () => convex.client.localQueryResult("notes:list", { team }) !== undefined,
    );
    stop();
    await convex.mutation(mutation("add"), { team, text: "a", rank: 1 });
    expect(convex.client.localQueryResult("notes:list", { team })).toBeUndefined();
  });

  it("signs in, sees that person's data only, and signs out", async () => {
    const changes: boolean[] = [];
    const sub = (): Promise<string | undefined> =>
      convex.query(query("whoAmI"), {}).then((identity) => identity?.subject);
    expect(await sub()).toBe("ada");
    const now = Math.floor(Date.now() / 1000);
    const token = tokenOf("bob", { iat: now, exp: now + 3600 });
    convex.setAuth(
      async () => token,
      (isSignedIn) => changes.push(isSignedIn),
    );
    await until("signing in", () => changes.length > 0);
    expect(changes).toEqual([true]);
    expect(await sub()).toBe("bob");
    expect(await convex.query(query("teams"), {})).toEqual([]);
    convex.setAuth(
      async () => tokenOf("ada", { iat: now, exp: now + 3600 }),
      () => {},
    );
    await until("ada's team", () => convex.client.getCurrentAuthClaims()?.decoded["sub"] === "ada");
    expect((await convex.query(query("teams"), {})).length).toBe(1);
    convex.client.clearAuth();
    expect(await convex.query(query("whoAmI"), {})).toBeNull();
  });

  it("turns a malformed token away", async () => {
    const changes: boolean[] = [];
    convex.setAuth(
      async () => "nonsense",
      (isSignedIn) => changes.push(isSignedIn),
    );
    await until("the verdict", () => changes.length > 0);
    expect(changes).toEqual([false]);
  });
});

it("sends Transitions that each begin where the last one ended, and a mutation's answer before them", async () => {
  const received: ServerMessage[] = [];
  const other = new ConvexClient(syncline.address, {
    webSocketConstructor: recording(syncline.webSocketConstructor, received),
    logger: false,
  });
  const stop = other.onUpdate(query("list"), { team }, () => {});
  await Promise.all([
    other.mutation(mutation("add"), { team, text: "a", rank: 1 }),
    convex.mutation(mutation("add"), { team, text: "b", rank: 2 }),
    other.query(query("first"), { team }),
    other.mutation(mutation("add"), { team, text: "c", rank: 3 }),
  ]);
  stop();
  await other.query(query("clock"), {});
  await other.close();
  let at = { querySet: 0, identity: 0, ts: "AAAAAAAAAAA=" };
  const answered = new Set<number>();
  for (const message of received) {
    if (message.type === "MutationResponse") answered.add(message.requestId);
    if (message.type !== "Transition") continue;
    expect(message.startVersion).toEqual(at);
    at = message.endVersion;
  }
  expect(answered.size).toBe(2);
  expect(at.querySet).toBeGreaterThanOrEqual(5);
});

it("keeps the ends of pages, whatever is inserted into them", async () => {
  const pages: { results: { n: number }[]; status: string; loadMore(n: number): void }[] = [];
  const own = await openSyncline({ app: await aloneApp(), storage: "memory" });
  const client = new ConvexClient(own.address, {
    webSocketConstructor: own.webSocketConstructor,
    logger: false,
  });
  const nested = anyApi["nested"] as Args;
  const put = (n: number) => client.mutation(nested.passOn, { group: "g", n });
  for (const n of [10, 20, 30, 40, 50]) await put(n);
  const stop = client.onPaginatedUpdate_experimental(
    (anyApi["reads"] as Args).page,
    { group: "g" },
    { initialNumItems: 2 },
    (result: Args) => pages.push(result),
  );
  const numbers = (): number[] => pages.at(-1)?.results.map(({ n }) => n) ?? [];
  await until("the first page", () => numbers().length === 2);
  pages.at(-1)?.loadMore(2);
  await until("the second page", () => numbers().length === 4);
  await put(17);
  expect(numbers()).toEqual([10, 17, 20, 30, 40]);
  await put(35);
  await put(45);
  expect(numbers()).toEqual([10, 17, 20, 30, 35, 40]);
  stop();
  await client.close();
  await own.close();
});

// A class whose sockets note what they receive.
function recording(Plain: typeof WebSocket, received: ServerMessage[]): typeof WebSocket {
  return new Proxy(Plain, {
    construct: (target, args: [string]) => {
      const socket = new target(...args) as unknown as { onmessage: unknown };
      let handler: ((event: { data: string }) => void) | null = null;
      Object.defineProperty(socket, "onmessage", {
        set: (given: typeof handler) => {
          handler = given;
        },
        get: () => (event: { data: string }) => {
          received.push(JSON.parse(event.data) as ServerMessage);
          handler?.(event);
        },
      });
      return socket as object;
    },
  });
}
