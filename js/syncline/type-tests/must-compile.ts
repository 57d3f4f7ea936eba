// What must compile against the generated types, in a page and in functions.
import type { ConvexHttpClient } from "convex/browser";
import type { FunctionReturnType } from "convex/server";
import type { Syncline } from "syncline";
import { api, components, internal } from "./convex/_generated/api.js";
import type { Doc, Id, TableNames } from "./convex/_generated/dataModel.js";
import {
  action,
  env,
  type MutationCtx,
  mutation,
  type QueryCtx,
} from "./convex/_generated/server.js";

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const isTrue = <_ extends true>(): void => {};

isTrue<Equal<TableNames, "people" | "messages" | "posts">>();
isTrue<Equal<Doc<"messages">["author"], Id<"people">>>();
isTrue<Equal<Doc<"people">["age"], number | undefined>>();
isTrue<Equal<Doc<"posts">["body"], string>>();
isTrue<Equal<Doc<"posts">["likes"], number>>();
isTrue<Equal<Doc<"posts">["views"], bigint | undefined>>();
isTrue<Equal<Doc<"posts">["tags"], string[]>>();
isTrue<Equal<Doc<"posts">["parts"], ({ text: string } | null)[]>>();
isTrue<Equal<Doc<"posts">["place"], { visits: number }>>();
isTrue<Equal<FunctionReturnType<typeof api.posts.like>, number>>();
isTrue<Equal<FunctionReturnType<typeof api.posts.changes>[0]["row"], Id<"posts">>>();
isTrue<Equal<FunctionReturnType<typeof api.posts.rewind>, Id<"posts"> | null>>();
isTrue<Equal<FunctionReturnType<typeof api.messages.list>, Doc<"messages">[]>>();
isTrue<Equal<FunctionReturnType<typeof api.messages.send>, Id<"messages">>>();
isTrue<Equal<(typeof env)["STAGE"], "test" | "live" | undefined>>();
isTrue<Equal<keyof typeof api.messages, "list" | "send">>();
isTrue<Equal<keyof typeof internal, "admin" | "messages">>();
isTrue<Equal<keyof typeof components, "counter" | "visits" | "rateLimiter">>();

export async function page(client: ConvexHttpClient, author: Id<"people">): Promise<string[]> {
  await client.mutation(api.messages.send, { author, body: "hello" });
  await client.action(api.admin.people.tidy);
  const messages = await client.query(api.messages.list, { author });
  return messages.map(({ body, address }) => `${body} ${address.city}`);
}

export async function stages(client: Syncline, id: Id<"posts">): Promise<void> {
  const likes: number = await client.mutation(api.posts.like, { id }).applied;
  await client.mutation(api.posts.like, { id }, { strict: true, undo: "board" }).accepted;
  await client.mutation(api.posts.like, { id }, { strict: { offline: "fail" }, undo: null })
    .durable;
  const undone = await client.undo("board").applied;
  const stop = client.onUndoState("board", ({ undo, redo }) => undo.concat(redo));
  for (const refused of client.refused()) {
    await client.retry(refused).applied;
    await client.dismiss(refused);
  }
  stop();
  void [likes, undone?.path, (await client.undoState("board")).undo[0]?.at];
}

export async function functions(ctx: MutationCtx, reader: QueryCtx): Promise<void> {
  const id = await ctx.db.insert("people", { name: "Ada", email: "ada@example.org" });
  await ctx.db.patch(id, { age: 36 });
  await ctx.db.replace("people", id, { name: "Ada", email: "ada@example.org" });
  const person = await reader.db.get(id);
  if (person?.age !== undefined) person.age.toFixed();
  await reader.db
    .query("messages")
    .withIndex("by_city", (q) => q.gt("address.city", "B"))
    .filter((q) => q.eq(q.field("state"), "sent"))
    .order("desc")
    .paginate({ cursor: null, numItems: 5 });
  await reader.db
    .query("messages")
    .withSearchIndex("search_body", (q) => q.search("body", "x").eq("author", id))
    .collect();
  await reader.db
    .query("posts")
    .withIndex("by_likes", (q) => q.gt("likes", 5))
    .collect();
  await ctx.scheduler.runAfter(0, internal.messages.sweep, {});
  const count = await ctx.runQuery(components.counter.public.read, { name: "a" });
  if (count !== null) count.count.toFixed();
}

export const limited = mutation({
  args: {},
  handler: async (ctx) => {
    const id: string = await ctx.runMutation(components.visits.public.add, { name: "a" });
    return id + env.REGION + env.CONVEX_SITE_URL;
  },
});

export const found = action({
  args: {},
  handler: async (ctx): Promise<string | undefined> =>
    (await ctx.runQuery(internal.admin.people.byEmail, { email: "ada@example.org" }))?.name,
});
