// Identity: who a token says the person is. The device reads tokens without verifying them (it only
// ever shows this person's own data); the relay verifies.
import { SynclineError } from "../error.ts";

export type Claims = Readonly<Record<string, unknown>>;

/** The claims of a JWT. Throws "invalid" if it is none or lacks "iss" or "sub". */
export function decodeToken(token: string): Claims {
  const parts = token.split(".");
  const payload = parts[1];
  if (parts.length !== 3 || !payload) {
    throw new SynclineError("invalid", "the token is not a JWT: it has not three parts");
  }
  let claims: unknown;
  try {
    const binary = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    claims = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new SynclineError("invalid", "the token's second part is not JSON in base64url", {
      cause,
    });
  }
  if (typeof claims !== "object" || claims === null || Array.isArray(claims)) {
    throw new SynclineError("invalid", "the token's claims are not an object");
  }
  const record = claims as Record<string, unknown>;
  for (const name of ["iss", "sub"]) {
    if (typeof record[name] !== "string" || record[name] === "") {
      throw new SynclineError("invalid", `the token has no "${name}" claim`);
    }
  }
  return record;
}

/** Tells people apart across issuers, as Convex does. */
export function tokenIdentifier({ iss, sub }: Claims): string {
  return `${iss}|${sub}`;
}

// OpenID's claims by the names that Convex gives them.
const attributeByClaim: Readonly<Record<string, string>> = {
  iss: "issuer",
  sub: "subject",
  given_name: "givenName",
  family_name: "familyName",
  preferred_username: "preferredUsername",
  profile: "profileUrl",
  picture: "pictureUrl",
  email_verified: "emailVerified",
  birthdate: "birthday",
  zoneinfo: "timezone",
  locale: "language",
  phone_number: "phoneNumber",
  phone_number_verified: "phoneNumberVerified",
  updated_at: "updatedAt",
};
const claimByAttribute: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(attributeByClaim).map(([claim, attribute]) => [attribute, claim]),
);
// The token's own affairs, which are no attributes of the person.
const notAttributes = new Set(["aud", "exp", "iat", "nbf", "jti", "azp"]);

/** What ctx.auth.getUserIdentity() gives: tokenIdentifier, subject, issuer, name, email, ... */
export function userIdentity(claims: Claims): Record<string, unknown> {
  const identity: Record<string, unknown> = { tokenIdentifier: tokenIdentifier(claims) };
  for (const [claim, value] of Object.entries(claims)) {
    if (notAttributes.has(claim) || value === null) continue;
    identity[attributeByClaim[claim] ?? claim] = value;
  }
  return identity;
}

/** The claims of a token of this person, whose identity names issuer and subject. */
export function identityClaims(identity: Readonly<Record<string, unknown>>): Claims {
  const claims: Record<string, unknown> = {};
  for (const [attribute, value] of Object.entries(identity)) {
    if (attribute === "tokenIdentifier" || value === undefined) continue;
    claims[claimByAttribute[attribute] ?? attribute] = value;
  }
  return claims;
}

/** A name for the person's database file, in hexadecimal digits. */
export async function personKey(claims: Claims): Promise<string> {
  const bytes = new TextEncoder().encode(tokenIdentifier(claims));
  // Without a secure context there is no digest, but no file either: memory takes any name.
  if (!crypto.subtle) return hex(bytes);
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).subarray(0, 16));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
