// Reads the requirement documents: which tables, fields and indexes each of them lists. Three ways of
// writing are known: Convex's schema in code, Drizzle's for PostgreSQL, and Job Flow's bullet points.
import { runInNewContext } from "node:vm";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { transformSync } from "esbuild";
import {
  describeFields,
  type ListedTable,
  type Listing,
  listingOf,
  type SchemaJson,
} from "./listing.ts";

function codeBlocks(text: string): string[] {
  return [...text.matchAll(/^```typescript\n([\s\S]*?)^```/gm)].map(([, code]) => code ?? "");
}

/** A whole schema in the code block whose first line is `// convex/schema.ts -- TITLE`. */
export function readConvexSchema(text: string, title: string): Listing {
  const start = `// convex/schema.ts -- ${title}`;
  const block = codeBlocks(text).find((code) => code.startsWith(start));
  if (!block) throw new Error(`no code block begins with ${start}`);
  return evaluateSchema(block.replaceAll(/^import .*$/gm, "").replace("export default", "return"));
}

/** Tables that are shown one by one, each in a code block `name: defineTable(...)`. */
export function readConvexTables(text: string): Listing {
  const blocks = codeBlocks(text).filter((code) => /^\w+: defineTable\(/.test(code));
  return evaluateSchema(`return defineSchema({ ${blocks.join(",\n")} });`);
}

function evaluateSchema(code: string): Listing {
  const schema = runInNewContext(`(() => {${code}})()`, { defineSchema, defineTable, v }) as {
    export(): string;
  };
  return listingOf(JSON.parse(schema.export()) as SchemaJson);
}

// --- Drizzle ---

interface Column {
  name: string;
  type: string;
  isOptional: boolean;
}

/** The pgTable(...)s of a document, by the names of their constants. Columns of keys are left out;
 * indexes are listed as "by" and their columns. */
export function readDrizzle(text: string): Listing {
  const block = codeBlocks(text).find((code) => /export const \w+ = pgTable\(/.test(code));
  if (!block) throw new Error("no code block has a pgTable");
  const source = block
    .replaceAll(/^import .*$/gm, "")
    // Type arguments would be lost with the types.
    .replaceAll(/\.\$type<(.*?)>\(\)/g, (_, type: string) => `.$type(${JSON.stringify(type)})`);
  const { code } = transformSync(source, { loader: "ts", format: "cjs" });
  const module = { exports: {} as Record<string, unknown> };
  const others = new Set([...block.matchAll(/=> (\w+)\.id\b/g)].map(([, name]) => name ?? ""));
  for (const match of block.matchAll(/export const (\w+) =/g)) others.delete(match[1] ?? "");
  runInNewContext(code, { module, exports: module.exports, ...drizzle(), ...namesOf(others) });
  const tables = Object.entries(module.exports).filter(([, table]) => isDrizzleTable(table));
  const nameOf = (table: unknown): string =>
    tables.find(([, other]) => other === table)?.[0] ?? String(table);
  return Object.fromEntries(
    tables.map(([name, table]) => [name, (table as DrizzleTable).list(nameOf)]),
  );
}

// Tables that the document refers to and does not define: their ids are their names.
function namesOf(tables: Iterable<string>): Record<string, { id: ColumnBuilder }> {
  return Object.fromEntries(
    [...tables].map((name) => [
      name,
      { id: Object.assign(new ColumnBuilder("id"), { table: name }) },
    ]),
  );
}

class ColumnBuilder {
  name = "";
  table: unknown;
  private isRequired = false;
  private hasDefault = false;
  private target: (() => ColumnBuilder) | undefined;
  private typeText: string | undefined;

  constructor(
    readonly kind: string,
    private readonly words?: readonly string[],
  ) {}

  primaryKey(): this {
    return this;
  }
  unique(): this {
    return this;
  }
  notNull(): this {
    this.isRequired = true;
    return this;
  }
  default(_value: unknown): this {
    this.hasDefault = true;
    return this;
  }
  defaultNow(): this {
    return this.default(undefined);
  }
  references(target: () => ColumnBuilder): this {
    this.target = target;
    return this;
  }
  $type(text: string): this {
    this.typeText = text;
    return this;
  }

  column(nameOf: (table: unknown) => string): Column {
    return {
      name: this.name,
      isOptional: !this.isRequired && !this.hasDefault,
      type: this.target ? `id(${nameOf(this.target().table)})` : this.plainType(),
    };
  }

  private plainType(): string {
    if (this.words) return this.words.map((word) => JSON.stringify(word)).join(" | ");
    if (this.typeText) return readType(this.typeText);
    return { text: "string", jsonb: "json" }[this.kind] ?? "number";
  }
}

// TypeScript's way of writing a type in ours: Array<{ name: string; tags: string[] }>.
function readType(text: string): string {
  const array = /^Array<(.*)>$/.exec(text) ?? /^(\w+)\[\]$/.exec(text);
  if (array) return `[${readType(array[1] ?? "")}]`;
  const object = /^\{ (.*) \}$/.exec(text);
  if (!object) return text;
  const members = (object[1] ?? "").split("; ").map((member) => member.split(": "));
  return describeFields(
    Object.fromEntries(members.map(([name = "", type = ""]) => [name, readType(type)])),
  );
}

interface DrizzleTable {
  list(nameOf: (table: unknown) => string): ListedTable;
}

function isDrizzleTable(value: unknown): value is DrizzleTable {
  return typeof value === "object" && value !== null && "list" in value;
}

function drizzle(): Record<string, unknown> {
  const column =
    (kind: string) =>
    (_name: string, options?: { enum?: string[] }): ColumnBuilder =>
      new ColumnBuilder(kind, options?.enum);
  const kinds = ["serial", "text", "integer", "timestamp", "jsonb"];
  return {
    ...Object.fromEntries(kinds.map((kind) => [kind, column(kind)])),
    relations: () => undefined,
    index: () => ({
      on: (...columns: ColumnBuilder[]) => columns.map(({ name }) => name).join(", "),
    }),
    pgTable: (
      _name: string,
      columns: Record<string, ColumnBuilder>,
      indexes: (table: object) => Record<string, string> = () => ({}),
    ) => {
      const table = {
        ...columns,
        list: (nameOf: (table: unknown) => string): ListedTable => ({
          fields: Object.fromEntries(
            Object.values(columns)
              .filter(({ kind }) => kind !== "serial")
              .map((builder) => builder.column(nameOf))
              .map(({ name, type, isOptional }) => [isOptional ? `${name}?` : name, type]),
          ),
          indexes: Object.fromEntries(
            Object.values(indexes(table)).map((fields) => [`by ${fields}`, fields]),
          ),
          searchIndexes: {},
          vectorIndexes: {},
        }),
      };
      for (const [name, builder] of Object.entries(columns))
        Object.assign(builder, { name, table });
      return table;
    },
  };
}

// --- Job Flow's bullet points ---

/** Tables under `#### name`, with bullets under **Fields:**, **Indexes:** and **Search Index:**. */
export function readBullets(text: string): Listing {
  const listing: Listing = {};
  for (const [, name = "", body = ""] of text.matchAll(
    /^#### (\w+)\n([\s\S]*?)(?=^#### |^---|^## )/gm,
  )) {
    listing[name] = {
      fields: readFields(bullets(body, "Fields")),
      indexes: Object.fromEntries(bullets(body, "Indexes").map((line) => [quoted(line), null])),
      searchIndexes: Object.fromEntries(bullets(body, "Search Index").map(readSearchIndex)),
      vectorIndexes: {},
    };
  }
  return listing;
}

function bullets(body: string, heading: string): string[] {
  const part = new RegExp(`\\*\\*${heading}:\\*\\*\\n((?: *- .*\\n)*)`).exec(body)?.[1] ?? "";
  return part.split("\n").filter((line) => line !== "");
}

function quoted(line: string): string {
  return /`(\w+)`/.exec(line)?.[1] ?? line;
}

// `name` (optional union): Meaning - "a", "b"; words and members may stand in bullets below.
function readFields(lines: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let i = 0; i < lines.length; i += 1) {
    const [, name = "", type = "", rest = ""] =
      /^- `(\w+)` \(([^)]*)\):?(.*)$/.exec(lines[i] ?? "") ?? [];
    const inner: string[] = [];
    while (lines[i + 1]?.startsWith("  ")) inner.push(lines[++i]?.trim() ?? "");
    const isOptional = type.startsWith("optional ");
    fields[isOptional ? `${name}?` : name] = readBulletType(
      type.replace("optional ", ""),
      rest,
      inner,
    );
  }
  return fields;
}

function readBulletType(type: string, rest: string, inner: readonly string[]): string {
  const words = [...`${rest} ${inner.join(" ")}`.matchAll(/"(\w+)"/g)].map(([word]) => word);
  if (type === "union" || (type === "string" && rest.includes(' or "'))) return words.join(" | ");
  if (type === "object") return describeFields(readFields(inner));
  const element = /^array\[(\w+)\]$/.exec(type)?.[1];
  if (element === "object")
    return inner.length > 0 ? `[${describeFields(readFields(inner))}]` : "[object]";
  return element ? `[${element}]` : type;
}

// Search by FIELD with filters for A, B, and C. People's words for two of the fields.
const meant: Record<string, string> = { user: "userId", "email verification": "emailVerified" };

function readSearchIndex(line: string): [string, { field: string; filters: string | null }] {
  const [, field = "", filters] = /Search by (\w+) with filters(?: for (.*))?$/.exec(line) ?? [];
  const names = filters?.split(/,? and |, /).map((name) => meant[name] ?? name) ?? null;
  return [quoted(line), { field, filters: names?.join(", ") ?? null }];
}
