// Caller: on whose behalf a function runs.
import { type Claims, userIdentity } from "./identity.ts";

export interface Caller {
  // What rules judge by.
  claims: Claims | null;
  // What ctx.auth.getUserIdentity() gives.
  identity: Record<string, unknown> | null;
  // What ctx.meta.getRequestMetadata() gives.
  request: RequestMetadata;
}

export interface RequestMetadata {
  ip: string | null;
  userAgent: string | null;
  requestId: string;
  // If the function runs because it was scheduled.
  scheduledFunctionId: string | null;
  // The person's JWT.
  authToken: string | null;
}

export function callerOf(claims: Claims | null, authToken: string | null = null): Caller {
  return {
    claims,
    identity: claims === null ? null : userIdentity(claims),
    request: { ...noRequest(), authToken },
  };
}

// A scheduled function runs for nobody, but what it writes is still the person's.
export function scheduledCaller(claims: Claims | null, job: string): Caller {
  return { claims, identity: null, request: { ...noRequest(), scheduledFunctionId: job } };
}

function noRequest(): RequestMetadata {
  return {
    ip: null,
    userAgent: null,
    requestId: crypto.randomUUID(),
    scheduledFunctionId: null,
    authToken: null,
  };
}
