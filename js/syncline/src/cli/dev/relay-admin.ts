// RelayAdmin: what the command line asks of a relay over HTTP: whether it is there, and to take an application.
import { readFileSync } from "node:fs";

export interface Pushed {
  /** Of the schema and rules that the relay now has, or with dryRun would have. */
  hash: string;
  changed: boolean;
  /** What whoever deploys should know, a sentence each. */
  notes: string[];
}

/** The relay answered, and does not take it. */
export class PushRefused extends Error {}

const answerTimeoutMs = 60_000;

export class RelayAdmin {
  /** `url`: as relayUrl gives it. */
  constructor(
    readonly url: string,
    private readonly key: string,
  ) {}

  /** Throws an Error: PushRefused if the relay does not take it. */
  async push(
    application: { schema: unknown; rules: unknown },
    { dryRun = false }: { dryRun?: boolean } = {},
  ): Promise<Pushed> {
    const answer = await fetch(`${this.url}/admin/application${dryRun ? "?dry_run=1" : ""}`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.key}`, "content-type": "application/json" },
      body: JSON.stringify(application),
      signal: AbortSignal.timeout(answerTimeoutMs),
    }).catch((error: unknown) => {
      throw new Error(`no relay answers at ${this.url} (${reasonOf(error)})`, { cause: error });
    });
    const text = await answer.text();
    if (answer.ok) return readPushed(text, this.url);
    if (answer.status === 401) {
      throw new PushRefused(
        `the relay at ${this.url} does not know this admin key. It is in the file admin.key of the relay's ` +
          "data folder: give it with --key-file, or in SYNCLINE_ADMIN_KEY",
      );
    }
    throw new PushRefused(messageIn(text) ?? `${this.url} answered ${answer.status} to a push`);
  }
}

/** The address of a relay without a slash at its end. Throws an Error. */
export function relayUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new Error(`"${text}" is no address of a relay; one is as http://localhost:8787`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

/** Whether a relay answers there. */
export async function isRelayAt(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2000) }).catch(
    () => undefined,
  );
  return answer?.status === 200;
}

/** The admin key: of the file, or of SYNCLINE_ADMIN_KEY, or of `otherwise`. Throws an Error. */
export function readAdminKey(file: string | undefined, otherwise?: string): string {
  if (file !== undefined) return readKey(file);
  const given = process.env["SYNCLINE_ADMIN_KEY"];
  if (given) return given;
  if (otherwise !== undefined) return readKey(otherwise);
  throw new Error(
    "deploying needs the relay's admin key: give its file with --key-file, or the key in SYNCLINE_ADMIN_KEY",
  );
}

function readKey(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new Error(`the admin key cannot be read from ${file} (${reasonOf(error)})`, {
      cause: error,
    });
  }
}

function readPushed(text: string, url: string): Pushed {
  const pushed = parse(text) as Partial<Pushed> | undefined;
  if (typeof pushed?.hash !== "string" || typeof pushed.changed !== "boolean") {
    throw new Error(`what answers at ${url} is no relay that applications can be pushed to`);
  }
  return { hash: pushed.hash, changed: pushed.changed, notes: pushed.notes ?? [] };
}

function messageIn(text: string): string | undefined {
  const { message } = (parse(text) ?? {}) as { message?: unknown };
  return typeof message === "string" ? message : undefined;
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

// fetch says "fetch failed", and why in its cause.
function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code } = inner as { code?: unknown };
  if (typeof code === "string") return code;
  return inner instanceof Error ? inner.message : String(inner);
}
