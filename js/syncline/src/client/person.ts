// Person: who is signed in, as their token says.
import { type Claims, decodeToken, personKey, tokenIdentifier } from "../engine/identity.ts";

export interface Person {
  readonly key: string; // names the database
  readonly token: string | null;
  readonly claims: Claims | null;
}

export const anonymous: Person = { key: "anonymous", token: null, claims: null };

// Throws "invalid" for what is no token.
export async function personOf(token: string | null): Promise<Person> {
  if (token === null) return anonymous;
  const claims = decodeToken(token);
  return { key: await personKey(claims), token, claims };
}

export function isSamePerson(a: Person, b: Person): boolean {
  if (!a.claims || !b.claims) return a.claims === b.claims;
  return tokenIdentifier(a.claims) === tokenIdentifier(b.claims);
}

// Whether functions would be told the same of both.
export function hasSameClaims(a: Person, b: Person): boolean {
  return JSON.stringify(lasting(a.claims)) === JSON.stringify(lasting(b.claims));
}

// The claims that say something about the person; the others change with every token.
function lasting(claims: Claims | null): Claims | null {
  if (claims === null) return null;
  const { exp: _exp, iat: _iat, nbf: _nbf, jti: _jti, ...rest } = claims;
  return rest;
}
