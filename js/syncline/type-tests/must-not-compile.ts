// Mistakes, each of which must not compile: TypeScript fails for a line whose expected error is missing.
import type { ConvexHttpClient } from "convex/browser";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { type Syncline, SynclineClient } from "syncline";
import { history, restore, strict } from "syncline/server";
import { counter, list, set, text } from "syncline/values";
import { api, components, internal } from "./convex/_generated/api.js";
import type { Doc, Id } from "./convex/_generated/dataModel.js";
import {
  env,
  type MutationCtx,
  mutation,
  type QueryCtx,
  query,
} from "./convex/_generated/server.js";

declare const client: ConvexHttpClient;
declare const author: Id<"people">;
declare const message: Doc<"messages">;
declare const post: Doc<"posts">;
declare const syncline: Syncline;

export async function calls(): Promise<void> {
  // @ts-expect-error: a required argument is missing
  await client.mutation(api.messages.send, { author });
  // @ts-expect-error: all arguments are missing
  await client.mutation(api.messages.send);
  // @ts-expect-error: an argument has the wrong type
  await client.mutation(api.messages.send, { author, body: 1 });
  // @ts-expect-error: an id of the wrong table
  await client.mutation(api.messages.send, { author: message._id, body: "" });
  // @ts-expect-error: a string is no id
  await client.mutation(api.messages.send, { author: "people", body: "" });
  // @ts-expect-error: there is no such argument
  await client.mutation(api.messages.send, { author, body: "", title: "" });
  // @ts-expect-error: there is no such function
  await client.query(api.messages.listAll, {});
  // @ts-expect-error: there is no such module
  await client.query(api.comments.list, {});
  // @ts-expect-error: a mutation is no query
  await client.query(api.messages.send, { author, body: "" });
  // @ts-expect-error: an internal function by the public api
  await client.mutation(api.messages.sweep, {});
  // @ts-expect-error: an internal function from outside
  await client.mutation(internal.messages.sweep, {});
  // @ts-expect-error: the result is a list
  const one: Doc<"messages"> = await client.query(api.messages.list, { author });
  // @ts-expect-error: the result is an id of messages
  const id: Id<"people"> = await client.mutation(api.messages.send, { author, body: "" });
  void [one, id];
}

export async function reads(ctx: QueryCtx): Promise<void> {
  // @ts-expect-error: there is no such table
  await ctx.db.query("comments").collect();
  // @ts-expect-error: there is no such index
  ctx.db.query("messages").withIndex("by_state");
  // @ts-expect-error: the index does not begin with this field
  ctx.db.query("messages").withIndex("by_author", (q) => q.eq("state", "sent"));
  // @ts-expect-error: the field of the index has another type
  ctx.db.query("messages").withIndex("by_city", (q) => q.eq("address.city", 1));
  // @ts-expect-error: the index ends after these fields
  ctx.db.query("people").withIndex("by_email", (q) => q.eq("email", "").eq("name", ""));
  // @ts-expect-error: there is no such field to filter by
  ctx.db.query("messages").filter((q) => q.eq(q.field("title"), ""));
  // @ts-expect-error: there is no such search index
  ctx.db.query("messages").withSearchIndex("search_title", (q) => q.search("body", ""));
  ctx.db.query("messages").withSearchIndex("search_body", (q) =>
    // @ts-expect-error: the search index has no such filter
    q.search("body", "").eq("state", "sent"),
  );
  // @ts-expect-error: the document may be missing
  (await ctx.db.get(author)).name;
  // @ts-expect-error: there is no such field
  (await ctx.db.get(author))?.surname;
  // @ts-expect-error: an id of the wrong table
  await ctx.db.get("messages", author);
  // @ts-expect-error: an optional field may be undefined
  (await ctx.db.get(author))?.age.toFixed();
  // @ts-expect-error: queries do not write
  await ctx.db.insert("people", { name: "", email: "" });
  // @ts-expect-error: queries do not schedule
  await ctx.scheduler.runAfter(0, internal.messages.sweep, {});
}

export async function writes(ctx: MutationCtx): Promise<void> {
  // @ts-expect-error: a field is missing
  await ctx.db.insert("people", { name: "" });
  // @ts-expect-error: a field's name is wrong
  await ctx.db.insert("people", { name: "", mail: "" });
  // @ts-expect-error: a field too many
  await ctx.db.insert("people", { name: "", email: "", admin: true });
  // @ts-expect-error: no literal of the union
  await ctx.db.patch(message._id, { state: "deleted" });
  // @ts-expect-error: int64 is a bigint
  await ctx.db.patch(message._id, { size: 1 });
  // @ts-expect-error: a reference to the wrong table
  await ctx.db.patch(message._id, { author: message._id });
  // @ts-expect-error: patch knows the table's fields
  await ctx.db.patch(author, { body: "" });
  // @ts-expect-error: an argument of the scheduled function is missing
  await ctx.scheduler.runAfter(0, api.messages.send, { author });
  // @ts-expect-error: a component's function wants a name
  await ctx.runQuery(components.counter.public.read, {});
  // @ts-expect-error: a component's internal function
  await ctx.runQuery(components.counter.public.hidden, {});
  // @ts-expect-error: there is no such component
  await ctx.runQuery(components.counters.public.read, { name: "" });
  // @ts-expect-error: this limiter takes a name
  await ctx.runMutation(components.rateLimiter.lib.resetRateLimit, {});
  // @ts-expect-error: mutations run no actions
  await ctx.runAction(api.admin.people.tidy, {});
}

export async function merging(ctx: MutationCtx, reader: QueryCtx): Promise<void> {
  // @ts-expect-error: a counter of float64 is a number
  await ctx.db.patch(post._id, { likes: 1n });
  // @ts-expect-error: a counter of int64 is a bigint
  await ctx.db.patch(post._id, { views: 1 });
  // @ts-expect-error: a set is an array
  await ctx.db.patch(post._id, { tags: new Set(["a"]) });
  // @ts-expect-error: an element of another type
  await ctx.db.patch(post._id, { parts: [{ text: 1 }] });
  // @ts-expect-error: a text is a string
  await ctx.db.patch(post._id, { body: ["a"] });
  // @ts-expect-error: a merge kind is required unless it is in v.optional
  await ctx.db.insert("posts", { author, body: "", tags: [], parts: [], place: { visits: 0 } });
  // @ts-expect-error: queries do not restore
  await restore(reader, (await history(reader, post._id))[0]);
  // @ts-expect-error: an entry is restored, not a row
  await restore(ctx, post);
  // @ts-expect-error: the document is of the row's table
  (await history(reader, post._id))[0]?.document.email;
  // @ts-expect-error: there is no such option
  await history(reader, post._id, { newest: 5 });
}

export function kinds(): void {
  // @ts-expect-error: a counter counts numbers
  counter(v.string());
  // @ts-expect-error: a set names what is in it
  set();
  // @ts-expect-error: what is in a list is never absent
  list(v.optional(v.string()));
  // @ts-expect-error: a text takes nothing
  text(v.string());
}

export async function asking(): Promise<void> {
  // @ts-expect-error: no such word
  syncline.mutation(api.posts.like, { id: post._id }, { strict: { offline: "retry" } });
  // @ts-expect-error: a scope is a string
  syncline.mutation(api.posts.like, { id: post._id }, { undo: 1 });
  // @ts-expect-error: a mutation has stages, of which one is awaited
  const likes: number = await syncline.mutation(api.posts.like, { id: post._id });
  // @ts-expect-error: a refused mutation is named by tenant and number
  await syncline.dismiss(post._id);
  // @ts-expect-error: the scope is a string or null
  new SynclineClient({ worker: {} as Worker, storage: "memory", undo: () => 1 });
  void likes;
}

// @ts-expect-error: queries are never strict
export const strictQuery = strict(query({ args: {}, handler: async () => null }));

export const strictMutation = strict(
  mutation({ args: {}, handler: async () => null }),
  // @ts-expect-error: there is no such option
  { retries: 5 },
);

// @ts-expect-error: the result is not what returns says
export const wrongResult = query({ args: {}, returns: v.number(), handler: async () => "text" });

export const wrongArgument = mutation({
  args: { id: v.id("people") },
  // @ts-expect-error: the argument is no id of messages
  handler: async (ctx, { id }) => await ctx.db.patch<"messages">(id, { body: "" }),
});

export const wrongSchema = defineSchema({
  // @ts-expect-error: an index of a field that is not there
  notes: defineTable({ text: v.string() }).index("by_title", ["title"]),
});

// @ts-expect-error: a variable that is not declared
env.REGIONS;
// @ts-expect-error: it may be undefined
env.STAGE.length;
