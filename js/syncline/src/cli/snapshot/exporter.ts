// exportSnapshot: all rows of a database as a zip file in Convex's snapshot format.
import type { Value } from "convex/values";
import type { Engine } from "../../engine/engine.ts";
import { operation } from "../../engine/operations.ts";
import type { Console } from "../console.ts";
import { convexSystemTables, decodeId, encodeForConvex, numberOfTable } from "./ids.ts";
import { pagesOf } from "./reader.ts";
import { type Document, writeDocument } from "./values.ts";
import { ZipWriter } from "./zip.ts";

export interface ExportOptions {
  engine: Engine;
  tables: readonly string[];
  file: string;
  withFiles: boolean;
  console: Console;
  signal: AbortSignal;
}

const readme = `# A snapshot

Made by \`syncline export\`, in the format of Convex's snapshots: the rows of each table are lines of JSON in
<table>/documents.jsonl. \`syncline import\` and \`npx convex import\` read it.
`;

/** Gives how many documents and files it holds. Throws an Error, and then leaves no file. */
export async function exportSnapshot(
  options: ExportOptions,
): Promise<{ documents: number; files: number }> {
  const { engine, tables, file, withFiles, console, signal } = options;
  const zip = new ZipWriter(file);
  const tableByNumber = new Map(
    [...tables, ...convexSystemTables.keys()].map((table) => [numberOfTable(table), table]),
  );
  try {
    zip.addLines("README.md", [readme.trimEnd()]);
    for (const [component, names] of byComponent(tables)) {
      const lines = names
        .map((name) => ({ name, id: numberOfTable(within(component, name)) }))
        .sort((a, b) => a.id - b.id)
        .map((line) => JSON.stringify(line));
      zip.addLines(`${prefixOf(component)}_tables/documents.jsonl`, lines);
    }
    let documents = 0;
    for (const table of tables) {
      const lines: string[] = [];
      for await (const page of pagesOf(engine, table)) {
        if (signal.aborted) throw new Error("stopped");
        for (const document of page) {
          lines.push(writeDocument(forConvex(document, tableByNumber) as Document));
        }
      }
      const [component, name] = split(table);
      const folder = `${prefixOf(component)}${name}`;
      zip.addLines(`${folder}/documents.jsonl`, lines);
      zip.addLines(`${folder}/generated_schema.jsonl`, ['"uniform"']);
      documents += lines.length;
      console.error(`${table}: ${lines.length} documents`);
    }
    const files = withFiles ? await exportFiles(engine, zip, tableByNumber) : 0;
    zip.finish();
    return { documents, files };
  } catch (error) {
    zip.abandon();
    throw error;
  }
}

// A value with every id in it in the form that Convex takes; syncline import takes both.
function forConvex(value: Value, tableByNumber: ReadonlyMap<number, string>): Value {
  if (typeof value === "string") {
    const id = decodeId(value);
    const table = id ? tableByNumber.get(id.table) : undefined;
    return id && table !== undefined ? encodeForConvex(table, id.row) : value;
  }
  if (typeof value !== "object" || value === null || value instanceof ArrayBuffer) return value;
  if (Array.isArray(value)) return value.map((each) => forConvex(each, tableByNumber));
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      forConvex(name, tableByNumber) as string,
      forConvex(field as Value, tableByNumber),
    ]),
  );
}

async function exportFiles(
  engine: Engine,
  zip: ZipWriter,
  tableByNumber: ReadonlyMap<number, string>,
): Promise<number> {
  const rows: Document[] = [];
  for await (const page of pagesOf(engine, "_storage")) rows.push(...page);
  const lines = rows.map((row) =>
    JSON.stringify({
      ...(forConvex(row, tableByNumber) as Document),
      size: Number(row["size"]),
      internalId: null,
    }),
  );
  zip.addLines("_storage/documents.jsonl", lines);
  for (const { _id: id, contentType } of rows) {
    const bytes = await engine.transact("query", (transaction) =>
      transaction.view(operation.fileGet, `,"id":${JSON.stringify(id)}`, (view) =>
        Uint8Array.from(view),
      ),
    );
    const name = forConvex(id as string, tableByNumber) as string;
    zip.addBytes(`_storage/${name}${extensionOf(contentType)}`, bytes);
  }
  return rows.length;
}

// For whoever looks into the zip file; nothing depends on it.
function extensionOf(contentType: unknown): string {
  const [, kind] = /^(?:image|audio|video|application|text)\/([a-z0-9]{2,5})\b/.exec(
    String(contentType),
  ) ?? ["", undefined];
  return kind === undefined ? "" : `.${{ plain: "txt", jpeg: "jpg" }[kind] ?? kind}`;
}

function byComponent(tables: readonly string[]): Map<string, string[]> {
  const names = new Map<string, string[]>([["", []]]);
  for (const table of tables) {
    const [component, name] = split(table);
    names.set(component, [...(names.get(component) ?? []), name]);
  }
  return names;
}

// "workpool/inner/tasks" is the table tasks of the component workpool/inner.
function split(table: string): [component: string, name: string] {
  const slash = table.lastIndexOf("/");
  return [table.slice(0, Math.max(slash, 0)), table.slice(slash + 1)];
}

function within(component: string, name: string): string {
  return component === "" ? name : `${component}/${name}`;
}

function prefixOf(component: string): string {
  const names = component === "" ? [] : component.split("/");
  return names.map((name) => `_components/${name}/`).join("");
}
