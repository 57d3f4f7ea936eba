// Accounts on this device: who may sign in, what a refresh spends, and what the tables never hold.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { api } from "../convex/_generated/api.js";
import { type Community, startCommunity } from "./start.js";

const minute = 60_000;
const day = 24 * 60 * minute;
const password = "correct horse battery";

let c: Community;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  c = await startCommunity();
});
afterEach(() => {
  vi.useRealTimers();
});

const register = (email = "Dora@example.org") =>
  c.device.action(api.auth.register, { email, name: "Dora", password });
const signIn = (given = password, remember = false) =>
  c.device.action(api.auth.signIn, { email: "dora@example.org", password: given, remember });
const refresh = (refreshToken: string) => c.device.action(api.auth.refresh, { refreshToken });
const whoIs = (accessToken: string) => c.device.query(api.auth.whoIs, { accessToken });
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

it("who registers is signed in, once an address", async () => {
  const { accessToken, expiresAt } = await register();
  expect(expiresAt).toBe(Date.now() + 15 * minute);
  expect(await whoIs(accessToken)).toEqual({ email: "dora@example.org", name: "Dora" });
  await expect(register(" dora@EXAMPLE.org")).rejects.toThrow("There is an account");
  await expect(
    c.device.action(api.auth.register, { email: "x@y.org", name: "X", password: "short" }),
  ).rejects.toThrow("12 to 256 characters");
});

it("a wrong password and an unknown address sound the same", async () => {
  await register();
  const sentence = "The address or the password is wrong";
  await expect(signIn("correct horse batterie")).rejects.toThrow(sentence);
  const unknown = { email: "nobody@example.org", password };
  await expect(c.device.action(api.auth.signIn, unknown)).rejects.toThrow(sentence);
  expect(await whoIs((await signIn()).accessToken)).toMatchObject({ name: "Dora" });
});

it("after five attempts an address waits, and a sign-in that works starts anew", async () => {
  await register();
  for (let i = 0; i < 4; ++i) await expect(signIn("wrong")).rejects.toThrow("wrong");
  await signIn();
  for (let i = 0; i < 5; ++i) await expect(signIn("wrong")).rejects.toThrow("wrong");
  await expect(signIn()).rejects.toMatchObject({
    data: { code: "tooManyAttempts", retryAt: Date.now() + 15 * minute },
  });
  pass(15 * minute);
  await signIn();
}, 60_000);

it("an access token ends after minutes, a session after a day, or thirty if remembered", async () => {
  const first = await register();
  pass(15 * minute);
  expect(await whoIs(first.accessToken)).toBeNull();
  const second = await refresh(first.refreshToken);
  expect(await whoIs(second.accessToken)).toMatchObject({ name: "Dora" });
  const remembered = await signIn(password, true);
  pass(day);
  await expect(refresh(second.refreshToken)).rejects.toThrow("Sign in again");
  pass(28 * day);
  const late = await refresh(remembered.refreshToken);
  expect(await whoIs(late.accessToken)).toMatchObject({ name: "Dora" });
});

it("a refresh token works once; used twice, it ends the session for whoever has it", async () => {
  const first = await register();
  const second = await refresh(first.refreshToken);
  expect(await whoIs(first.accessToken)).toBeNull();
  await expect(refresh(first.refreshToken)).rejects.toThrow("Sign in again");
  expect(await whoIs(second.accessToken)).toBeNull();
  await expect(refresh(second.refreshToken)).rejects.toThrow("Sign in again");
});

it("who signs out has signed out, on this session only", async () => {
  const [first, second] = [await register(), await signIn()];
  await c.device.action(api.auth.signOut, { accessToken: first.accessToken });
  expect(await whoIs(first.accessToken)).toBeNull();
  await expect(refresh(first.refreshToken)).rejects.toThrow("Sign in again");
  expect(await whoIs(second.accessToken)).toMatchObject({ name: "Dora" });
});

it("no table holds a password or a token", async () => {
  const tokens = await refresh((await register()).refreshToken);
  const rows = await c.device.run(async (ctx) => [
    ...(await ctx.db.query("accounts").collect()),
    ...(await ctx.db.query("sessions").collect()),
    ...(await ctx.db.query("spentTokens").collect()),
  ]);
  const texts = rows.flatMap((row) =>
    Object.values(row).map((value) =>
      value instanceof ArrayBuffer ? new TextDecoder().decode(value) : String(value),
    ),
  );
  expect(rows).toHaveLength(3);
  for (const secret of [password, tokens.accessToken, tokens.refreshToken]) {
    expect(texts.some((text) => text.includes(secret))).toBe(false);
  }
});
