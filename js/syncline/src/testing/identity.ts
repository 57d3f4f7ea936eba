// Who calls, in a test: what withIdentity and withRequestMetadata make.
import type { RequestMetadata, UserIdentity } from "convex/server";
import type { Caller } from "../engine/caller.ts";
import { type Claims, identityClaims } from "../engine/identity.ts";

export type Origin = Pick<RequestMetadata, "ip" | "userAgent">;

const issuerOfTests = "https://convex.test";

/** The identity with what is missing made of the rest: the same attributes make the same person. */
export function wholeIdentity(partial: Partial<UserIdentity>): UserIdentity {
  const subject = partial.subject ?? hashOf(JSON.stringify(partial));
  const issuer = partial.issuer ?? issuerOfTests;
  const tokenIdentifier = partial.tokenIdentifier ?? `${issuer}|${subject}`;
  return { ...partial, subject, issuer, tokenIdentifier };
}

let requests = 0;

export function callerOf(identity: UserIdentity | null, origin: Origin): Caller {
  const claims = identity && identityClaims(identity);
  return {
    claims,
    identity: identity && { ...identity },
    request: {
      ...origin,
      // No random numbers: the test may have mocked them.
      requestId: `test-request-${requests++}`,
      scheduledFunctionId: null,
      authToken: claims && unsignedToken(claims),
    },
  };
}

function unsignedToken(claims: Claims): string {
  return `${base64Url({ alg: "none", typ: "JWT" })}.${base64Url(claims)}.`;
}

function base64Url(json: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(json));
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

// FNV-1a, 32 bits.
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return String(hash);
}
