import { expect, it } from "vitest";
import { makeToken } from "../testing/fixture.ts";
import { decodeToken, identityClaims, personKey, userIdentity } from "./identity.ts";

it("gives OpenID's claims the names that Convex gives them, and custom claims their own", () => {
  const claims = decodeToken(
    makeToken({
      iss: "https://issuer",
      sub: "42",
      aud: "app",
      exp: 1,
      name: "Zoë",
      email: "zoe@example.org",
      email_verified: true,
      given_name: "Zoë",
      plan: { level: 2 },
    }),
  );
  expect(userIdentity(claims)).toEqual({
    tokenIdentifier: "https://issuer|42",
    issuer: "https://issuer",
    subject: "42",
    name: "Zoë",
    email: "zoe@example.org",
    emailVerified: true,
    givenName: "Zoë",
    plan: { level: 2 },
  });
});

it("finds the claims of an identity again", () => {
  const claims = {
    iss: "https://issuer",
    sub: "42",
    email_verified: true,
    plan: { level: 2 },
  };
  expect(identityClaims(userIdentity(claims))).toEqual(claims);
});

it("refuses what is no token, saying why", () => {
  for (const [token, why] of [
    ["", "three parts"],
    ["a.b", "three parts"],
    ["a.%.c", "not JSON"],
    [`a.${btoa("[1]")}.c`, "not an object"],
    [makeToken({ sub: "1" }), '"iss"'],
    [makeToken({ iss: "1", sub: 7 }), '"sub"'],
  ] as const) {
    expect(() => decodeToken(token)).toThrow(why);
  }
});

it("names databases by issuer and subject alone", async () => {
  const one = await personKey({ iss: "a", sub: "b" });
  expect(one).toMatch(/^[0-9a-f]{32}$/);
  expect(await personKey({ iss: "a", sub: "b", exp: 5 })).toBe(one);
  expect(await personKey({ iss: "a", sub: "c" })).not.toBe(one);
});
