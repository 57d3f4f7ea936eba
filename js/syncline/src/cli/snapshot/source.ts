// What is imported: a snapshot (a zip file as `convex export` and `syncline export` write it), or one table
// as a file of lines, an array or comma-separated values.
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { readCsv } from "./csv.ts";
import { type Document, type Form, readDocument } from "./values.ts";
import { ZipReader } from "./zip.ts";

export interface SourceDocument {
  /** Where it stands, as "users/documents.jsonl:12". */
  place: string;
  document: Document;
}

export interface SourceTable {
  /** As we call it, with its component: "workpool/tasks". */
  table: string;
  /** "" is the application. */
  component: string;
  /** Throws an Error that names the place. */
  documents(validator: unknown): Iterable<SourceDocument>;
}

export interface SourceFile {
  /** As the snapshot calls it. */
  id: string;
  contentType?: string;
  creationTime?: number;
  bytes(): Uint8Array;
}

export interface Source {
  tables: SourceTable[];
  /** The snapshot's number of each table, by component; as far as it says. */
  numbers: Map<string, Map<number, string>>;
  files: SourceFile[];
}

/** Throws an Error that names the file. `table`: the one to take; a file that is no zip needs it. */
export function openSource(
  file: string,
  format: string | undefined,
  table: string | undefined,
): Source {
  const kind = format ?? kindOf(file);
  if (kind === "zip") return openZip(file, table);
  if (table === undefined) throw new Error(`say which table ${file} is for, with --table NAME`);
  const source: SourceTable = {
    table,
    component: "",
    documents: () => documentsOf(file, kind),
  };
  return { tables: [source], numbers: new Map(), files: [] };
}

const kinds: Readonly<Record<string, string>> = {
  ".zip": "zip",
  ".jsonl": "jsonLines",
  ".json": "jsonArray",
  ".csv": "csv",
};

function kindOf(file: string): string {
  const kind = kinds[extname(file).toLowerCase()];
  if (kind !== undefined) return kind;
  throw new Error(`say what ${file} is with --format zip, jsonLines, jsonArray or csv`);
}

function documentsOf(file: string, kind: string): SourceDocument[] {
  const text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  if (kind === "csv") {
    return readCsv(text, file).map((document, index) => ({
      place: `${file}:${index + 2}`,
      document,
    }));
  }
  if (kind === "jsonLines") {
    return text.split("\n").flatMap((line, index) => {
      const place = `${file}:${index + 1}`;
      return line.trim() === "" ? [] : [{ place, document: read(line, "plain", null, place) }];
    });
  }
  if (kind !== "jsonArray") throw new Error(`there is no format ${kind}`);
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is no JSON (${messageOf(error)})`, { cause: error });
  }
  if (!Array.isArray(list)) throw new Error(`${file} holds no array of documents`);
  return list.map((each: unknown, index) => {
    const place = `${file}[${index}]`;
    return { place, document: read(JSON.stringify(each), "plain", null, place) };
  });
}

function openZip(file: string, only: string | undefined): Source {
  const zip = new ZipReader(file);
  const numbers: Source["numbers"] = new Map();
  const tables: SourceTable[] = [];
  for (const name of zip.names) {
    const { component, table, rest } = placeOf(name);
    if (rest !== "documents.jsonl") continue;
    if (table === "_tables") {
      numbers.set(component, readNumbers(zip, name, component));
      continue;
    }
    // Other tables of the system are the deployment's own.
    if (table.startsWith("_")) continue;
    const here = within(component, table);
    if (only !== undefined && here !== only) continue;
    const form = formOf(zip, name);
    tables.push({
      table: here,
      component,
      *documents(validator) {
        for (const [line, text] of zip.lines(name)) {
          const place = `${name}:${line}`;
          yield { place, document: read(text, form, validator, place) };
        }
      },
    });
  }
  if (tables.length === 0) {
    throw new Error(
      only === undefined
        ? `${file} holds no TABLE/documents.jsonl, so it is no snapshot`
        : `${file} holds no ${only}/documents.jsonl`,
    );
  }
  return { tables, numbers, files: only === undefined ? filesIn(zip) : [] };
}

// "prefix/_components/a/_components/b/table/rest" is the component "a/b".
function placeOf(name: string): { component: string; table: string; rest: string } {
  const parts = name.split("/");
  const [table = "", rest = ""] = parts.slice(-2);
  const names = parts.slice(0, -2);
  const components = names.filter((_, index) => names[index - 1] === "_components");
  return { component: components.join("/"), table, rest };
}

function within(component: string, table: string): string {
  return component === "" ? table : `${component}/${table}`;
}

function formOf(zip: ZipReader, documents: string): Form {
  const name = documents.replace(/documents\.jsonl$/, "generated_schema.jsonl");
  if (!zip.names.includes(name)) return "plain";
  const [first] = zip.lines(name);
  return first?.[1] === '"uniform"' ? "uniform" : "typed";
}

function readNumbers(zip: ZipReader, name: string, component: string): Map<number, string> {
  const numbers = new Map<number, string>();
  for (const [, text] of zip.lines(name)) {
    const { name: table, id } = JSON.parse(text) as { name?: unknown; id?: unknown };
    if (typeof table === "string" && typeof id === "number")
      numbers.set(id, within(component, table));
  }
  return numbers;
}

interface FileLine {
  _id: string;
  _creationTime?: number | null;
  contentType?: string | null;
}

// The application's files; those of components are theirs.
function filesIn(zip: ZipReader): SourceFile[] {
  const entries = zip.names.filter((name) => {
    const { component, table, rest } = placeOf(name);
    return component === "" && table === "_storage" && rest !== "documents.jsonl";
  });
  const lines = new Map<string, FileLine>();
  for (const name of zip.names) {
    const { component, table, rest } = placeOf(name);
    if (component !== "" || table !== "_storage" || rest !== "documents.jsonl") continue;
    for (const [, text] of zip.lines(name)) {
      const line = JSON.parse(text) as FileLine;
      lines.set(line._id, line);
    }
  }
  return entries.map((name) => {
    const [id = ""] = (name.split("/").at(-1) ?? "").split(".");
    const { contentType, _creationTime } = lines.get(id) ?? {};
    return {
      id,
      ...(contentType ? { contentType } : {}),
      ...(typeof _creationTime === "number" ? { creationTime: _creationTime } : {}),
      bytes: () => zip.read(name),
    };
  });
}

function read(text: string, form: Form, validator: unknown, place: string): Document {
  try {
    return readDocument(text, form, validator);
  } catch (error) {
    throw new Error(`${place}: ${messageOf(error)}`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
