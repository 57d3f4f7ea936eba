// rate-limiter: a person sends three messages in quick succession and then has to wait.
import { MINUTE, RateLimiter } from "@convex-dev/rate-limiter";
import { v } from "convex/values";
import { components } from "./_generated/api.ts";
import { mutation } from "./_generated/server.ts";

const limiter = new RateLimiter(components.rateLimiter, {
  send: { kind: "token bucket", rate: 6, period: MINUTE, capacity: 3 },
  words: {
    kind: "token bucket",
    rate: 10,
    period: MINUTE,
    applyUpdates: "asynchronously",
  },
  signUp: { kind: "fixed window", rate: 2, period: MINUTE, start: 0 },
});

export const send = mutation({
  args: { by: v.string() },
  handler: async (ctx, { by }) => {
    const { ok, retryAfter } = await limiter.limit(ctx, "send", { key: by });
    return { ok, retryAfter: retryAfter ?? null };
  },
});

// The limit is part of the transaction: what fails has used nothing up.
export const sendAndFail = mutation({
  args: { by: v.string() },
  handler: async (ctx, { by }) => {
    await limiter.limit(ctx, "send", { key: by });
    throw new Error("changed my mind");
  },
});

export const signUp = mutation({
  args: {},
  handler: async (ctx) => {
    await limiter.limit(ctx, "signUp", { throws: true });
    return null;
  },
});

// Many may write at a time: what they use up is counted a moment later.
export const write = mutation({
  args: { words: v.number() },
  handler: async (ctx, { words }) => (await limiter.limit(ctx, "words", { count: words })).ok,
});

export const reset = mutation({
  args: { by: v.string() },
  handler: async (ctx, { by }) => await limiter.reset(ctx, "send", { key: by }),
});
