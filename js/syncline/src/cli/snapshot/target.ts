// Target: the database that is exported from or imported into: a directory of syncline/node, or what one
// person may see at a relay.

import { loadApp } from "../../bundle/load.ts";
import type { Engine } from "../../engine/engine.ts";
import { openSyncline, type SynclineNode } from "../../node/node.ts";
import type { Flag } from "../command.ts";
import { relayUrl } from "../dev/relay-admin.ts";
import { ApplicationShape } from "./schema.ts";

export const targetFlags = {
  data: { value: "DIR", help: "a directory of syncline/node" },
  url: { value: "URL", help: "or a relay, as https://relay.example.org" },
  token: { value: "TOKEN", help: "who is signed in; without it SYNCLINE_TOKEN" },
  name: { value: "NAME", help: 'the application\'s name in the directory; without it "app"' },
  dir: { value: "DIR", help: 'the folder of schema and functions; without it "convex"' },
} as const satisfies Record<string, Flag>;

export type TargetFlag = keyof typeof targetFlags;

export interface Target {
  engine: Engine;
  shape: ApplicationShape;
  client: SynclineNode;
  /** Rows stay in memory here: only what the relay takes remains. */
  isRelay: boolean;
  /** As a person would say it. */
  description: string;
}

/** REQUIRES: whoever opens it closes `client`. Throws an Error that says what is missing. */
export async function openTarget(
  text: (flag: TargetFlag) => string | undefined,
  signal: AbortSignal,
): Promise<Target> {
  const [directory, url] = [text("data"), text("url")];
  if ((directory === undefined) === (url === undefined)) {
    throw new Error("say which database: --data DIR, or --url URL with --token TOKEN");
  }
  const token = text("token") ?? process.env["SYNCLINE_TOKEN"];
  if (url !== undefined && !token) {
    throw new Error("a relay shows what a person may see: say who, with --token or SYNCLINE_TOKEN");
  }
  const app = await loadApp(text("dir") ?? "convex");
  const name = text("name");
  const client = await openSyncline({
    app,
    ...(token ? { token } : {}),
    ...(name === undefined ? {} : { name }),
    ...(directory === undefined
      ? { storage: "memory", url: relayUrl(url ?? "") }
      : { storage: { directory } }),
  });
  try {
    if (url !== undefined) await inStep(client, signal);
    return {
      engine: await client.engine(),
      shape: new ApplicationShape(app),
      client,
      isRelay: url !== undefined,
      description: directory ?? url ?? "",
    };
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** Waits until everything that the person may see is here, and the relay has decided on all of ours.
 * Throws an Error if it cannot come to that, or the person stops it. */
export function inStep(client: SynclineNode, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      const { sync, pending, problem } = client.status();
      if (signal.aborted) finish(new Error("stopped"));
      else if (problem) finish(new Error(problem.message));
      else if (sync === "synced" && pending === 0) finish();
    };
    const stop = client.onStatus(check);
    const finish = (error?: Error): void => {
      stop();
      signal.removeEventListener("abort", check);
      if (error) reject(error);
      else resolve();
    };
    signal.addEventListener("abort", check);
    check();
  });
}
