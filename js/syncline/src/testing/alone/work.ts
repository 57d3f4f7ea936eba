// Actions, what is scheduled, files and metadata.
import {
  actionGeneric as action,
  anyApi as api,
  httpActionGeneric,
  internalActionGeneric,
  internalMutationGeneric,
  log,
  mutationGeneric as mutation,
  queryGeneric as query,
} from "convex/server";
import { ConvexError, v } from "convex/values";

// biome-ignore lint/suspicious/noExplicitAny: references without generated types
const own = api["work"] as any;
// biome-ignore lint/suspicious/noExplicitAny: references without generated types
const nested = api["nested"] as any;

export const act = action({
  args: { group: v.string(), n: v.number() },
  returns: v.array(v.number()),
  handler: async (ctx, { group, n }) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    await ctx.runMutation(nested.put, { group, n });
    const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(1));
    if (digest.byteLength !== 32 || process.env["HOME"] !== undefined) return [];
    return await ctx.runQuery(nested.numbers, { group });
  },
});

export const outer = action({
  args: { group: v.string(), n: v.number() },
  handler: async (ctx, args) => {
    try {
      return await ctx.runAction(own.inner, args);
    } catch (error) {
      if (error instanceof ConvexError) return { convex: error.data };
      return { message: (error as Error).message };
    }
  },
});

export const inner = internalActionGeneric({
  args: { group: v.string(), n: v.number() },
  handler: (ctx, args) => ctx.runMutation(nested.put, args),
});

export const hangs = action({ args: {}, handler: () => new Promise<null>(() => {}) });

export const metricsInAction = action({
  args: {},
  handler: (ctx) =>
    (ctx.meta as never as { getTransactionMetrics?(): unknown }).getTransactionMetrics?.() ?? null,
});

export const schedule = mutation({
  args: { group: v.string(), n: v.number(), delayMs: v.number(), fails: v.optional(v.boolean()) },
  handler: async (ctx, { group, n, delayMs, fails }) => {
    const id = await ctx.scheduler.runAfter(delayMs, nested.put, { group, n });
    if (fails) throw new Error("after all not");
    return id;
  },
});

export const scheduleAction = action({
  args: { group: v.string(), n: v.number(), at: v.number() },
  handler: (ctx, { group, n, at }) => ctx.scheduler.runAt(new Date(at), own.inner, { group, n }),
});

export const scheduleMany = mutation({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    for (let each = 0; each < count; ++each) {
      await ctx.scheduler.runAfter(0, nested.put, { group: "many", n: 1 });
    }
  },
});

export const scheduleMissing = mutation({
  args: {},
  handler: (ctx) => ctx.scheduler.runAfter(0, own.notThere, {}),
});

export const cancel = mutation({
  args: { id: v.id("_scheduled_functions") },
  handler: (ctx, { id }) => ctx.scheduler.cancel(id),
});

export const failsUnspeakably = internalMutationGeneric(async () => {
  throw new Error(`\ud800${"x".repeat(2 << 20)}`);
});

export const cancelsItself = internalMutationGeneric(async (ctx) => {
  const { scheduledFunctionId } = await ctx.meta.getRequestMetadata();
  // biome-ignore lint/suspicious/noExplicitAny: an id
  await ctx.scheduler.cancel(scheduledFunctionId as any);
  await ctx.db.insert("anything", { group: "cancelsItself" });
});

export const scheduleOwn = mutation({
  args: { name: v.string() },
  handler: (ctx, { name }) => ctx.scheduler.runAfter(0, own[name], {}),
});

export const who = internalMutationGeneric({
  args: { group: v.string() },
  handler: async (ctx, { group }) => {
    const { scheduledFunctionId } = await ctx.meta.getRequestMetadata();
    const identity = await ctx.auth.getUserIdentity();
    await ctx.db.insert("anything", { group, identity, isScheduled: scheduledFunctionId !== null });
  },
});

export const scheduleWho = mutation({
  args: { group: v.string() },
  handler: (ctx, args) => ctx.scheduler.runAfter(0, own.who, args),
});

export const anything = query({
  args: {},
  handler: (ctx) => ctx.db.query("anything").collect(),
});

export const jobs = query({
  args: {},
  handler: (ctx) => ctx.db.system.query("_scheduled_functions").collect(),
});

export const store = action({
  args: { text: v.string(), sha256: v.optional(v.string()) },
  handler: (ctx, { text, sha256 }) =>
    ctx.storage.store(
      new Blob([text], { type: "text/plain" }),
      sha256 === undefined ? undefined : { sha256 },
    ),
});

export const read = action({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => (await ctx.storage.get(id))?.text() ?? null,
});

export const storeInMutation = mutation({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    // biome-ignore lint/suspicious/noExplicitAny: newer than the types
    const storage = ctx.storage as any;
    const id = await storage.store(new Blob([text], { type: "text/x" }));
    const blob: Blob = await storage.get(id);
    return { id, text: await blob.text(), type: blob.type };
  },
});

export const file = query({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => ({
    url: await ctx.storage.getUrl(id),
    metadata: await ctx.storage.getMetadata(id),
    row: await ctx.db.system.get(id),
  }),
});

export const uploadUrl = mutation({
  args: {},
  handler: (ctx) => ctx.storage.generateUploadUrl(),
});

export const removeFile = mutation({
  args: { id: v.id("_storage") },
  handler: (ctx, { id }) => ctx.storage.delete(id),
});

export const about = mutation({
  args: {},
  handler: async (ctx) => {
    await log.audit({ what: "about", when: log.vars.now });
    return {
      itself: await ctx.meta.getFunctionMetadata(),
      deployment: await ctx.meta.getDeploymentMetadata(),
      request: await ctx.meta.getRequestMetadata(),
      snapshot: typeof ctx.meta.getSnapshotTs(),
    };
  },
});

export const hello = httpActionGeneric(async (ctx, request) => {
  const group = new URL(request.url).searchParams.get("group") ?? "";
  await ctx.runMutation(nested.put, { group, n: (await request.text()).length });
  const numbers = await ctx.runQuery(nested.numbers, { group });
  return new Response(JSON.stringify(numbers), { status: 201 });
});

export const noAnswer = httpActionGeneric(async () => "text" as never);

export const callPeer = action({
  args: {},
  // biome-ignore lint/suspicious/noExplicitAny: references without generated types
  handler: (ctx) => ctx.runAction((api as any).onPeer.send, {}),
});

export const schedulePeer = mutation({
  args: {},
  // biome-ignore lint/suspicious/noExplicitAny: references without generated types
  handler: (ctx) => ctx.scheduler.runAfter(0, (api as any).onPeer.send, {}),
});
