// For the command's tests: calling it, a folder for an application, and a relay that answers by the book.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "./main.ts";

export interface Called {
  code: number;
  out: string;
  error: string;
}

/** Calls the command. `onError` sees each line of its standard error. */
export async function call(
  argv: readonly string[],
  { signal = new AbortController().signal, onError = (_line: string): void => {} } = {},
): Promise<Called> {
  const said = { out: "", error: "" };
  const code = await main(
    argv,
    {
      out: (line) => {
        said.out += `${line}\n`;
      },
      error: (line) => {
        said.error += `${line}\n`;
        onError(line);
      },
    },
    signal,
  );
  return { code, ...said };
}

/** A new folder within the package, so that npm convex is found from there; ignored by git. */
export function makeFolder(): string {
  const ignored = fileURLToPath(new URL("../../node_modules/", import.meta.url));
  mkdirSync(ignored, { recursive: true });
  return mkdtempSync(`${ignored}.cli-test-`);
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** An application with one synced table. */
export const smallApplication: Readonly<Record<string, string>> = {
  "convex/schema.ts": `
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";
    export default defineSchema({ teams: defineTable({ email: v.string(), role: v.string() }) });`,
  "convex/rules.ts": `
    import { defineRules } from "syncline/rules";
    export default defineRules({
      tenancy: { root: "teams", fields: {} },
      membership: { table: "teams", field: "email", claim: "email", role: "role" },
      tables: {},
    });`,
  "convex/teams.ts": `
    import { query } from "./_generated/server.js";
    export const all = query({ args: {}, handler: async (ctx) => await ctx.db.query("teams").collect() });`,
};

export interface FakeRelay {
  url: string;
  /** What was pushed to it, with the query of the address. */
  pushes: { query: string; body: { schema: unknown; rules: unknown } }[];
  /** What it answers next, instead of taking it. */
  refusal: { status: number; message: string } | undefined;
  close(): Promise<void>;
}

/** Answers as relay/server/admin.hpp says, to who has the key "key". */
export async function startFakeRelay(): Promise<FakeRelay> {
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? "", "http://localhost");
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const answer = (status: number, body: object): void => {
        response
          .writeHead(status, { "content-type": "application/json" })
          .end(JSON.stringify(body));
      };
      if (pathname === "/healthz") return answer(200, {});
      if (request.headers.authorization !== "Bearer key") {
        return answer(401, { code: "denied", message: "send the key" });
      }
      if (relay.refusal) {
        const { status, message } = relay.refusal;
        return answer(status, { code: "conflict", message });
      }
      const body = JSON.parse(Buffer.concat(chunks).toString()) as FakeRelay["pushes"][0]["body"];
      const text = JSON.stringify(body);
      const changed = text !== taken;
      if (search === "") taken = text;
      relay.pushes.push({ query: search, body });
      answer(200, { hash: "c0ffee", changed, notes: changed ? ["it is new"] : [] });
    });
  });
  let taken = "";
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const relay: FakeRelay = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pushes: [],
    refusal: undefined,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return relay;
}
