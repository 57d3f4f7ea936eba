// What tests share: the fixture application of convex/, tokens, and waiting for a condition.
import { fileURLToPath } from "node:url";
import { loadApp } from "../bundle/load.ts";
import type { App } from "../engine/application.ts";
import { openSyncline, type SynclineNode, type SynclineNodeOptions } from "../node/node.ts";

let app: Promise<App> | undefined;

export function fixtureApp(): Promise<App> {
  app ??= loadApp(fileURLToPath(new URL("./convex", import.meta.url)));
  return app;
}

// Signed by nobody: the device does not verify.
export function makeToken(claims: Record<string, unknown>): string {
  const part = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString("base64url");
  return `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}.${part("signature")}`;
}

export function tokenOf(name: string, more: Record<string, unknown> = {}): string {
  return makeToken({ iss: "https://test", sub: name, email: `${name}@example.org`, ...more });
}

export async function openAs(
  name: string,
  options: Partial<SynclineNodeOptions> = {},
): Promise<SynclineNode> {
  return await openSyncline({
    app: await fixtureApp(),
    storage: "memory",
    token: tokenOf(name),
    ...options,
  });
}

export async function until(what: string, holds: () => boolean, timeoutMs = 10_000): Promise<void> {
  for (const end = Date.now() + timeoutMs; !holds(); ) {
    if (Date.now() > end) throw new Error(`in vain waited for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
