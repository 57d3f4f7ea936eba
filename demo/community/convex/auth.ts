// Accounts with a password on this device: register, sign in, refresh, sign out.
//
// What it is: the document's sign-in, with its rows in local tables, for an application that keeps its
// people on one device. What it is not: a way to make others believe who one is. The relay believes a
// token that an identity provider has signed, and only that token says whose rows arrive; see the README.
//
// The actions do what is slow or random; each then makes one mutation, which is all or nothing.
import { ConvexError, v } from "convex/values";
import { internal } from "./_generated/api.js";
import type { Doc } from "./_generated/dataModel.js";
import {
  action,
  internalMutation,
  internalQuery,
  type QueryCtx,
  query,
} from "./_generated/server.js";
import {
  derivePassword,
  hashToken,
  iterationsNow,
  newSalt,
  newToken,
  sameBytes,
} from "./lib/secrets.js";
import { cleanEmail, cleanText } from "./lib/text.js";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const accessMs = 15 * minuteMs;
const failuresMax = 5;
const failureWindowMs = 15 * minuteMs;

interface Tokens {
  accessToken: string;
  refreshToken: string;
  /** When the access token ends, in milliseconds. */
  expiresAt: number;
}

const tokenHashes = { accessHash: v.string(), refreshHash: v.string() };

async function newTokens() {
  const [accessToken, refreshToken] = [newToken(), newToken()];
  const [accessHash, refreshHash] = [await hashToken(accessToken), await hashToken(refreshToken)];
  return { tokens: { accessToken, refreshToken }, hashes: { accessHash, refreshHash } };
}

/** Makes an account and signs it in. The password must have 12 characters or more. */
export const register = action({
  args: { email: v.string(), name: v.string(), password: v.string() },
  handler: async (ctx, { email, name, password }): Promise<Tokens> => {
    if (password.length < 12 || password.length > 256) {
      throw new ConvexError("A password must have 12 to 256 characters");
    }
    const salt = newSalt();
    const passwordHash = await derivePassword(password, salt, iterationsNow);
    const { tokens, hashes } = await newTokens();
    const expiresAt: number = await ctx.runMutation(internal.auth.addAccount, {
      email: cleanEmail(email),
      name: cleanText("A name", name, { max: 80 }),
      ...{ salt, passwordHash, iterations: iterationsNow },
      ...hashes,
    });
    return { ...tokens, expiresAt };
  },
});

/** remember: for 30 days instead of one. */
export const signIn = action({
  args: { email: v.string(), password: v.string(), remember: v.optional(v.boolean()) },
  handler: async (ctx, { email: typed, password, remember }): Promise<Tokens> => {
    const email = cleanEmail(typed);
    // Counted before the password is looked at: guesses made at once are all counted.
    await ctx.runMutation(internal.auth.countAttempt, { email });
    const account: Doc<"accounts"> | null = await ctx.runQuery(internal.auth.findAccount, {
      email,
    });
    // Somebody unknown takes as long as a wrong password, and hears the same.
    const salt = account?.salt ?? newSalt();
    const hash = await derivePassword(password, salt, account?.iterations ?? iterationsNow);
    if (!account || !sameBytes(hash, account.passwordHash)) {
      throw new ConvexError("The address or the password is wrong");
    }
    const { tokens, hashes } = await newTokens();
    const expiresAt: number = await ctx.runMutation(internal.auth.openSession, {
      accountId: account._id,
      forMs: (remember ? 30 : 1) * dayMs,
      ...hashes,
    });
    return { ...tokens, expiresAt };
  },
});

/** New tokens for a refresh token, which then is spent. One that is used twice ends its session. */
export const refresh = action({
  args: { refreshToken: v.string() },
  handler: async (ctx, { refreshToken }): Promise<Tokens> => {
    const { tokens, hashes } = await newTokens();
    const expiresAt: number | null = await ctx.runMutation(internal.auth.rotate, {
      spentHash: await hashToken(refreshToken),
      ...hashes,
    });
    if (expiresAt === null) throw new ConvexError("Sign in again");
    return { ...tokens, expiresAt };
  },
});

export const signOut = action({
  args: { accessToken: v.string() },
  handler: async (ctx, { accessToken }): Promise<null> => {
    const accessHash = await hashToken(accessToken);
    return await ctx.runMutation(internal.auth.closeSession, { accessHash });
  },
});

/** Whose access token this is; null if it has ended. */
export const whoIs = query({
  args: { accessToken: v.string() },
  handler: async (ctx, { accessToken }) => {
    const session = await sessionByAccess(ctx, await hashToken(accessToken));
    if (!session || session.isRevoked || session.accessExpiresAt <= Date.now()) return null;
    const account = await ctx.db.get("accounts", session.accountId);
    return account && { email: account.email, name: account.name };
  },
});

async function sessionByAccess(ctx: QueryCtx, accessHash: string) {
  return await ctx.db
    .query("sessions")
    .withIndex("by_access", (q) => q.eq("accessHash", accessHash))
    .unique();
}

async function accountByEmail(ctx: QueryCtx, email: string) {
  return await ctx.db
    .query("accounts")
    .withIndex("by_email", (q) => q.eq("email", email))
    .unique();
}

export const findAccount = internalQuery({
  args: { email: v.string() },
  handler: async (ctx, { email }) => await accountByEmail(ctx, email),
});

export const addAccount = internalMutation({
  args: {
    email: v.string(),
    name: v.string(),
    salt: v.bytes(),
    passwordHash: v.bytes(),
    iterations: v.number(),
    ...tokenHashes,
  },
  handler: async (ctx, { accessHash, refreshHash, ...account }) => {
    if (await accountByEmail(ctx, account.email)) {
      throw new ConvexError(`There is an account for ${account.email} on this device`);
    }
    const accountId = await ctx.db.insert("accounts", account);
    const accessExpiresAt = Date.now() + accessMs;
    await ctx.db.insert("sessions", {
      ...{ accountId, accessHash, refreshHash, accessExpiresAt },
      ...{ expiresAt: Date.now() + dayMs, lastUsedAt: Date.now(), isRevoked: false },
    });
    return accessExpiresAt;
  },
});

export const countAttempt = internalMutation({
  args: { email: v.string() },
  handler: async (ctx, { email }) => {
    const begin = Date.now() - failureWindowMs;
    const recent = await ctx.db
      .query("signInAttempts")
      .withIndex("by_email", (q) => q.eq("email", email).gt("at", begin))
      .take(failuresMax);
    if (recent.length >= failuresMax) {
      throw new ConvexError({
        code: "tooManyAttempts",
        message: "Too many attempts; try again later",
        retryAt: (recent[0]?.at ?? begin) + failureWindowMs,
      });
    }
    const old = ctx.db.query("signInAttempts").withIndex("by_at", (q) => q.lte("at", begin));
    for (const { _id } of await old.take(100)) await ctx.db.delete("signInAttempts", _id);
    await ctx.db.insert("signInAttempts", { email, at: Date.now() });
    return null;
  },
});

/** Opens a session; the attempts that led to it are forgotten, and so are sessions that have ended. */
export const openSession = internalMutation({
  args: { accountId: v.id("accounts"), forMs: v.number(), ...tokenHashes },
  handler: async (ctx, { accountId, forMs, accessHash, refreshHash }) => {
    const now = Date.now();
    const account = await ctx.db.get("accounts", accountId);
    if (!account) throw new ConvexError("The account is gone");
    const attempts = ctx.db
      .query("signInAttempts")
      .withIndex("by_email", (q) => q.eq("email", account.email));
    for (const { _id } of await attempts.collect()) await ctx.db.delete("signInAttempts", _id);
    const sessions = ctx.db
      .query("sessions")
      .withIndex("by_account", (q) => q.eq("accountId", accountId));
    for (const session of await sessions.collect()) {
      if (!session.isRevoked && session.expiresAt > now) continue;
      const spent = ctx.db
        .query("spentTokens")
        .withIndex("by_session", (q) => q.eq("sessionId", session._id));
      for (const { _id } of await spent.collect()) await ctx.db.delete("spentTokens", _id);
      await ctx.db.delete("sessions", session._id);
    }
    const accessExpiresAt = now + accessMs;
    await ctx.db.insert("sessions", {
      ...{ accountId, accessHash, refreshHash, accessExpiresAt },
      ...{ expiresAt: now + forMs, lastUsedAt: now, isRevoked: false },
    });
    return accessExpiresAt;
  },
});

/** When the new access token ends; null if the refresh token is no good. Ends a session whose token was
 * used twice, which must be written: so it returns, and the action throws. */
export const rotate = internalMutation({
  args: { spentHash: v.string(), ...tokenHashes },
  handler: async (ctx, { spentHash, accessHash, refreshHash }) => {
    const now = Date.now();
    const session = await ctx.db
      .query("sessions")
      .withIndex("by_refresh", (q) => q.eq("refreshHash", spentHash))
      .unique();
    if (!session) {
      const stolen = await ctx.db
        .query("spentTokens")
        .withIndex("by_refresh", (q) => q.eq("refreshHash", spentHash))
        .unique();
      if (stolen) await ctx.db.patch("sessions", stolen.sessionId, { isRevoked: true });
      return null;
    }
    if (session.isRevoked || session.expiresAt <= now) return null;
    await ctx.db.insert("spentTokens", { refreshHash: spentHash, sessionId: session._id });
    const accessExpiresAt = now + accessMs;
    await ctx.db.patch("sessions", session._id, {
      ...{ accessHash, refreshHash, accessExpiresAt, lastUsedAt: now },
    });
    return accessExpiresAt;
  },
});

export const closeSession = internalMutation({
  args: { accessHash: v.string() },
  handler: async (ctx, { accessHash }) => {
    const session = await sessionByAccess(ctx, accessHash);
    if (session) await ctx.db.patch("sessions", session._id, { isRevoked: true });
    return null;
  },
});
