// Snapshots in and out: Convex's forms, ids that change, tenants, files, and nothing half done.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { call, makeFolder, writeFiles } from "../testing.ts";
import { encodeForConvex, encodeId, numberOfTable } from "./ids.ts";

// Each command bundles the application, checks it, and opens a database on the disk.
vi.setConfig({ testTimeout: 120_000 });

const schema = `
  import { defineSchema, defineTable } from "convex/server";
  import { v } from "convex/values";
  export default defineSchema({
    teams: defineTable({ name: v.string() }),
    members: defineTable({ team: v.id("teams"), email: v.string(), role: v.string() }),
    notes: defineTable({
      team: v.id("teams"),
      text: v.string(),
      size: v.int64(),
      rank: v.number(),
      data: v.optional(v.bytes()),
      links: v.optional(v.record(v.string(), v.array(v.union(v.id("notes"), v.null())))),
      mentioned: v.optional(v.string()),
      gone: v.optional(v.id("people")),
      file: v.optional(v.id("_storage")),
    }),
    people: defineTable({ name: v.string() }),
  });`;
const rules = `
  import { allow, always, defineRules, gte, isIn, role, row } from "syncline/rules";
  const all = allow("all", "Everybody may", always());
  const member = allow("members", "Only members may", isIn(role(), ["admin"]));
  const ranked = allow("ranked", "A rank is not negative", gte(row("rank"), 0));
  const open = { read: member, insert: member, update: member, delete: member };
  export default defineRules({
    tenancy: { root: "teams", fields: { members: "team", notes: "team" }, local: ["people"] },
    membership: { table: "members", field: "email", claim: "email", role: "role" },
    tables: { teams: open, members: open, notes: { ...open, insert: [member, ranked], delete: all } },
  });`;

const token = [{ alg: "none" }, { iss: "t", sub: "ada", email: "ada@example.org" }, ""]
  .map((part) => Buffer.from(part === "" ? "" : JSON.stringify(part)).toString("base64url"))
  .join(".");

let folder: string;
beforeEach(() => {
  folder = makeFolder();
  writeFiles(folder, { "convex/schema.ts": schema, "convex/rules.ts": rules });
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const target = (name: string): string[] => [
  ...["--dir", at("convex"), "--data", at(name), "--token", token],
];

async function importing(file: string, database: string, ...flags: string[]) {
  return call(["import", at(file), ...target(database), ...flags]);
}

/** What a database holds, by table. */
async function exported(database: string, ...flags: string[]): Promise<Record<string, string[]>> {
  const file = at(`${database}-${readdirSync(folder).length}.zip`);
  const { code, error } = await call(["export", "--path", file, ...target(database), ...flags]);
  expect([code, error]).toEqual([0, expect.stringContaining("Wrote")]);
  const entries = unzipSync(readFileSync(file));
  return Object.fromEntries(
    Object.entries(entries)
      .filter(([name]) => name.endsWith("/documents.jsonl"))
      .map(([name, data]) => {
        const lines = strFromU8(data).split("\n").filter(Boolean).sort();
        return [name.replace("/documents.jsonl", ""), lines];
      }),
  );
}

function writeZip(name: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  const entries = Object.entries(files).map(([path, data]) => [
    path,
    typeof data === "string" ? strToU8(data) : data,
  ]);
  writeFileSync(at(name), zipSync(Object.fromEntries(entries)));
}

const lines = (...documents: (string | object)[]): string =>
  documents.map((one) => `${typeof one === "string" ? one : JSON.stringify(one)}\n`).join("");

// As Convex's deployment has numbered them.
const numbers = { members: 10001, notes: 10002, people: 10003, teams: 10004 };
function convexId(table: keyof typeof numbers, seed: number): string {
  const bytes = [0x80 | (numbers[table] & 0x7f), numbers[table] >> 7, ...Array(16).fill(seed)];
  let [low, high] = [0, 0];
  for (const byte of bytes) {
    low = (low + byte) & 255;
    high = (high + low) & 255;
  }
  const bits = [...bytes, low, high].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => "0123456789abcdefghjkmnpqrstvwxyz"[Number.parseInt(five.padEnd(5, "0"), 2)])
    .join("");
}
const row = (seed: number): Uint8Array => Uint8Array.from(Array(16).fill(seed));
/** What an export calls the row here. */
const here = (table: string, seed: number): string => encodeForConvex(table, row(seed));

const teamId = convexId("teams", 1);
const noteId = convexId("notes", 3);
const goneId = convexId("people", 9);
const snapshot: Readonly<Record<string, string>> = {
  "README.md": "# Welcome to your Convex snapshot export!",
  "_tables/documents.jsonl": lines(...Object.entries(numbers).map(([name, id]) => ({ name, id }))),
  "members/generated_schema.jsonl": '"uniform"\n',
  "members/documents.jsonl": lines(
    `{"_creationTime":1700000000001.5,"_id":"${convexId("members", 2)}","email":"ada@example.org","role":"admin","team":"${teamId}"}`,
  ),
  "notes/generated_schema.jsonl": '"uniform"\n',
  "notes/documents.jsonl": lines(
    `{"_creationTime":1700000000002.0,"_id":"${noteId}","data":{"$bytes":"ABCD"},"gone":"${goneId}","links":{"a":["${noteId}",null]},"mentioned":"${teamId}","rank":2.0,"size":5,"team":"${teamId}","text":"see ${noteId}"}`,
    `{"_creationTime":1700000000003.0,"_id":"${convexId("notes", 4)}","rank":0.5,"size":9007199254740993,"team":"${teamId}","text":"second"}`,
  ),
  "people/generated_schema.jsonl": '"uniform"\n',
  "people/documents.jsonl": lines(
    `{"_creationTime":1700000000004.0,"_id":"${convexId("people", 5)}","name":"Ada"}`,
  ),
  "teams/generated_schema.jsonl": '"uniform"\n',
  "teams/documents.jsonl": lines(`{"_creationTime":1700000000000.25,"_id":"${teamId}","name":"T"}`),
};

it("takes over a snapshot of Convex's, ids and references as ours, times and values as they were", async () => {
  writeZip("convex.zip", snapshot);
  const { code, error } = await importing("convex.zip", "data");
  expect([code, error]).toEqual([0, expect.stringContaining("5 documents added")]);
  const there = await exported("data");
  expect(there["teams"]).toEqual([
    `{"_creationTime":1700000000000.25,"_id":"${here("teams", 1)}","name":"T"}`,
  ]);
  expect(there["notes"]).toEqual([
    `{"_creationTime":1700000000002.0,"_id":"${here("notes", 3)}","data":{"$bytes":"ABCD"},"gone":"${here("people", 9)}","links":{"a":["${here("notes", 3)}",null]},"mentioned":"${here("teams", 1)}","rank":2.0,"size":5,"team":"${here("teams", 1)}","text":"see ${noteId}"}`,
    `{"_creationTime":1700000000003.0,"_id":"${here("notes", 4)}","rank":0.5,"size":9007199254740993,"team":"${here("teams", 1)}","text":"second"}`,
  ]);
  expect(there["people"]).toHaveLength(1);
  expect(there["_tables"]).toContain(`{"name":"teams","id":${numberOfTable("teams")}}`);
});

it("reads what it wrote, and then holds the same", async () => {
  writeZip("convex.zip", snapshot);
  await importing("convex.zip", "one");
  const one = await exported("one");
  await call(["export", "--path", at("ours.zip"), ...target("one")]);
  expect((await importing("ours.zip", "two")).error).toContain("5 documents added");
  expect(await exported("two")).toEqual(one);
  const again = await importing("ours.zip", "two", "--append");
  expect([again.code, again.error]).toEqual([
    0,
    expect.stringContaining("0 documents added, 0 replaced, 0 deleted, 5 were there already"),
  ]);
});

it("keeps, adds and replaces rows as it is told", async () => {
  writeZip("convex.zip", snapshot);
  await importing("convex.zip", "data");
  const changed = {
    ...snapshot,
    "notes/documents.jsonl": lines(
      (snapshot["notes/documents.jsonl"] ?? "").split("\n")[0]?.replace('rank":2.0', 'rank":7.0') ??
        "",
    ),
  };
  writeZip("changed.zip", changed);
  const refused = await importing("changed.zip", "data");
  expect([refused.code, refused.error]).toEqual([1, expect.stringContaining("holds rows already")]);
  const kept = await importing("changed.zip", "data", "--append");
  expect([kept.code, kept.error]).toEqual([1, expect.stringContaining("with other content")]);
  expect((await exported("data"))["notes"]?.[0]).toContain('"rank":2.0');
  const replaced = await importing("changed.zip", "data", "--replace");
  expect([replaced.code, replaced.error]).toEqual([
    0,
    expect.stringContaining("0 documents added, 1 replaced, 1 deleted, 3 were there already"),
  ]);
  expect((await exported("data"))["notes"]).toEqual([expect.stringContaining('"rank":7.0')]);
  expect((await importing("changed.zip", "data", "--append", "--replace")).code).toBe(2);
});

it("leaves out a tenant that the rules refuse, whole, says why, and goes on with the others", async () => {
  const second = convexId("teams", 11);
  writeZip("convex.zip", {
    ...snapshot,
    "teams/documents.jsonl": `${snapshot["teams/documents.jsonl"]}{"_id":"${second}","name":"U"}\n`,
    "members/documents.jsonl": `${snapshot["members/documents.jsonl"]}{"_id":"m","email":"ada@example.org","role":"admin","team":"${second}"}\n`,
    "notes/documents.jsonl": `${snapshot["notes/documents.jsonl"]}{"_id":"n","rank":-1.0,"size":1,"team":"${second}","text":"bad"}\n`,
  });
  const { code, error } = await importing("convex.zip", "data");
  expect(code).toBe(1);
  expect(error).toContain(
    `tenant ${encodeId("teams", row(11))}: 3 documents (teams, members, notes) were refused`,
  );
  expect(error).toContain("A rank is not negative");
  const there = await exported("data");
  expect([there["teams"]?.length, there["notes"]?.length]).toEqual([1, 2]);
});

it("names the line of a document that does not fit", async () => {
  writeZip("convex.zip", {
    ...snapshot,
    "notes/documents.jsonl": lines(
      `{"_id":"${noteId}","team":"${teamId}","text":5.0,"size":1,"rank":1.0}`,
    ),
  });
  const { code, error } = await importing("convex.zip", "data");
  expect(code).toBe(1);
  expect(error).toContain("notes/documents.jsonl:1: ");
  writeZip("broken.zip", { ...snapshot, "notes/documents.jsonl": "{\n" });
  const broken = await importing("broken.zip", "other");
  expect([broken.code, broken.error]).toEqual([
    1,
    expect.stringContaining("notes/documents.jsonl:1: "),
  ]);
  writeFileSync(at("none.zip"), "no zip");
  expect((await importing("none.zip", "other")).error).toContain("is no zip file that can be read");
  writeZip("other.zip", { ...snapshot, "posts/documents.jsonl": "{}\n" });
  expect((await importing("other.zip", "other")).error).toContain("has no table posts");
});

it("writes more than one change set takes", async () => {
  const many = Array.from({ length: 1234 }, (_, index) => ({
    _id: `note-${index}`,
    team: "t",
    text: `note ${index}`,
    size: { $integer: "AQAAAAAAAAA=" },
    rank: index,
    links: { next: [`note-${(index + 1) % 1234}`] },
    mentioned: "note-1",
  }));
  writeZip("many.zip", {
    "notes/documents.jsonl": lines(...many),
    "members/documents.jsonl": lines({
      _id: "m",
      team: "t",
      email: "ada@example.org",
      role: "admin",
    }),
    "teams/documents.jsonl": lines({ _id: "t", name: "T" }),
  });
  const { code, error } = await importing("many.zip", "data");
  expect([code, error]).toEqual([0, expect.stringContaining("1236 documents added")]);
  const notes = ((await exported("data"))["notes"] ?? []).map(
    (line) =>
      JSON.parse(line) as {
        _id: string;
        text: string;
        mentioned: string;
        links: { next: [string] };
      },
  );
  const textById = new Map(notes.map((note) => [note._id, note.text]));
  expect(textById.size).toBe(1234);
  for (const { text, mentioned, links } of notes) {
    const next = (Number(text.slice(5)) + 1) % 1234;
    expect(textById.get(links.next[0])).toBe(`note ${next}`);
    // A text that happens to be what a document is called.
    expect(mentioned).toBe("note-1");
  }
});

it("imports one table from lines, an array, or comma-separated values", async () => {
  writeFiles(folder, {
    "people.csv": "name\nAda\nGrace\n",
    "people.jsonl": '{"name":"Alan"}\n\n{"name":"Kurt"}\n',
    "people.json": '[{"name":"Emmy"}]',
    "people.txt": "",
  });
  const table = ["--table", "people"];
  expect((await importing("people.csv", "data", ...table)).code).toBe(0);
  expect((await importing("people.jsonl", "data", ...table)).code).toBe(1);
  expect((await importing("people.jsonl", "data", ...table, "--append")).code).toBe(0);
  expect((await importing("people.json", "data", ...table, "--append")).code).toBe(0);
  const names = ((await exported("data"))["people"] ?? []).map(
    (line) => (JSON.parse(line) as { name: string }).name,
  );
  expect(names.sort()).toEqual(["Ada", "Alan", "Emmy", "Grace", "Kurt"]);
  const replacing = await importing("people.csv", "data", ...table, "--replace");
  expect(replacing.error).toContain("2 documents added, 0 replaced, 5 deleted");
  expect((await exported("data"))["people"]).toHaveLength(2);
  expect((await importing("people.csv", "data")).error).toContain("--table NAME");
  expect((await importing("people.txt", "data", ...table)).error).toContain("--format");
});

it("keeps the tables of components apart", async () => {
  const convex = fileURLToPath(new URL("../../../type-tests/convex", import.meta.url));
  writeZip("components.zip", {
    "any/prefix/_components/counter/_tables/documents.jsonl": lines({ name: "counts", id: 10001 }),
    "any/prefix/_components/counter/counts/documents.jsonl": lines({
      _id: "a",
      name: "x",
      count: 1,
    }),
    "any/prefix/_components/visits/counts/documents.jsonl": lines({
      _id: "a",
      name: "x",
      count: 2,
    }),
    "any/prefix/_components/visits/_scheduled_functions/documents.jsonl": lines({ _id: "s" }),
    "any/prefix/_tables/documents.jsonl": "",
  });
  const there = ["--dir", convex, "--data", at("data")];
  const { code, error } = await call(["import", at("components.zip"), ...there]);
  expect([code, error]).toEqual([0, expect.stringContaining("2 documents added")]);
  await call(["export", "--path", at("out.zip"), ...there]);
  const entries = unzipSync(readFileSync(at("out.zip")));
  const count = (path: string): unknown =>
    (JSON.parse(strFromU8(entries[`${path}/documents.jsonl`] ?? new Uint8Array())) as object)[
      "count" as never
    ];
  expect(count("_components/counter/counts")).toBe(1);
  expect(count("_components/visits/counts")).toBe(2);
  expect(entries["_components/visits/_tables/documents.jsonl"]).toBeDefined();
  await call(["import", at("out.zip"), "--dir", convex, "--data", at("second")]);
  await call(["export", "--path", at("again.zip"), "--dir", convex, "--data", at("second")]);
  const again = unzipSync(readFileSync(at("again.zip")));
  const path = "_components/visits/counts/documents.jsonl";
  expect(again[path]).toEqual(entries[path]);
});

it("takes files along, where there is no relay", async () => {
  rmSync(at("convex/rules.ts"));
  writeZip("files.zip", {
    ...snapshot,
    "_storage/documents.jsonl": lines({
      _id: convexId("people", 77),
      _creationTime: 5.5,
      contentType: "text/plain",
      sha256: "x",
      size: 5,
      internalId: "y",
    }),
    [`_storage/${convexId("people", 77)}.txt`]: strToU8("hello"),
    "notes/documents.jsonl": lines(
      `{"_id":"${noteId}","file":"${convexId("people", 77)}","rank":1.0,"size":1,"team":"${teamId}","text":""}`,
    ),
  });
  const { code, error } = await importing("files.zip", "data");
  expect([code, error]).toEqual([0, expect.stringContaining("_storage: 1 files")]);
  const there = await exported("data", "--include-file-storage");
  const id = here("_storage", 77);
  expect(there["notes"]?.[0]).toContain(`"file":"${id}"`);
  expect(JSON.parse(there["_storage"]?.[0] ?? "")).toMatchObject({
    _id: id,
    _creationTime: 5.5,
    contentType: "text/plain",
    size: 5,
  });
  const zip = readdirSync(folder).find((name) => /^data-\d+\.zip$/.test(name)) ?? "";
  expect(
    strFromU8(unzipSync(readFileSync(at(zip)))[`_storage/${id}.txt`] ?? new Uint8Array()),
  ).toBe("hello");
});

it("writes a file whole or not at all, and none over another", async () => {
  mkdirSync(at("out"));
  const path = at("out/x.zip");
  const failed = await call([
    "export",
    "--path",
    path,
    "--dir",
    at("convex"),
    "--data",
    at("d"),
    "--token",
    "x",
  ]);
  expect(failed.code).toBe(1);
  expect(readdirSync(at("out"))).toEqual([]);
  await call(["export", "--path", at("out"), ...target("data")]);
  const [name = ""] = readdirSync(at("out"));
  expect(name).toMatch(/^snapshot-\d+\.zip$/);
  const over = await call(["export", "--path", join(at("out"), name), ...target("data")]);
  expect(over.error).toContain("is there already");
  expect(existsSync(at("data"))).toBe(true);
});

it("wants one database", async () => {
  const path = ["--path", at("x.zip"), "--dir", at("convex")];
  expect((await call(["export", ...path])).error).toContain("--data DIR, or --url URL");
  const relay = await call(["export", ...path, "--url", "http://localhost:1"]);
  expect(relay.error).toContain("say who, with --token");
});
