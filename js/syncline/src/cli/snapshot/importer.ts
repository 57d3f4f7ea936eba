// Importer: writes a source's documents into a database, with their ids and creation times, a tenant's in
// change sets of their own. Each change set is there whole or not at all; what is refused is told, and the
// other tenants' documents go on. Importing again what is there already changes nothing, so an import that
// was cut off is taken up with "append".

import { sha256 } from "@noble/hashes/sha2.js";
import { convexToJson, type JSONValue, jsonToConvex, type Value } from "convex/values";
import { bytesToBase64 } from "../../engine/base64.ts";
import type { Engine } from "../../engine/engine.ts";
import { operation } from "../../engine/operations.ts";
import type { Transaction } from "../../engine/transaction.ts";
import { placeOf, SynclineError } from "../../error.ts";
import type { Console } from "../console.ts";
import { IdMap, idOf, type TableNumbers } from "./id-map.ts";
import { convexSystemTables, decodeId } from "./ids.ts";
import { isEmpty, pagesOf } from "./reader.ts";
import { type ApplicationShape, type Group, localGroup } from "./schema.ts";
import type { Source, SourceFile, SourceTable } from "./source.ts";
import { type Document, writeDocument } from "./values.ts";

/** What becomes of rows that tables hold already: there must be none; they stay; those that the source
 * does not have are deleted. */
export type ImportMode = "empty" | "append" | "replace";

export interface ImportOptions {
  engine: Engine;
  shape: ApplicationShape;
  source: Source;
  mode: ImportMode;
  /** Rows of local tables would be forgotten with the database: they are left out. */
  leaveOutLocal: boolean;
  console: Console;
  signal: AbortSignal;
}

export interface Counts {
  added: number;
  replaced: number;
  deleted: number;
  same: number;
}

export interface ImportReport extends Counts {
  /** A sentence each: what was not imported, and why. */
  failures: string[];
}

// Of one change set: well within what a transaction may write and a relay takes.
const change = { documentsMax: 500, bytesMax: 1 << 20 } as const;
const progressEvery = 10_000;
// Of all tenants together, while they wait for more of the same.
const waitingMax = 20_000;

interface Write {
  table: string;
  place: string;
  /** Undefined: it is to be deleted. */
  document: Document | undefined;
  id: string | undefined;
}

interface Waiting {
  writes: Write[];
  bytes: number;
}

export class Importer {
  private readonly ids = new IdMap();
  private readonly waiting = new Map<Group, Waiting>();
  private waitingCount = 0;
  private readonly broken = new Map<Group, number>();
  private readonly report: ImportReport = {
    added: 0,
    replaced: 0,
    deleted: 0,
    same: 0,
    failures: [],
  };

  constructor(private readonly options: ImportOptions) {}

  /** Throws an Error if nothing can be imported, or the database fails. */
  async run(): Promise<ImportReport> {
    const tables = await this.chosenTables();
    await this.importFiles();
    const inSource = this.readIds(tables);
    const { founding } = this.options.shape;
    // A tenant's row and its members come first, in one change set: they make the rest writable.
    const first = founding.flatMap((name) => tables.filter(({ table }) => table === name));
    const others = tables.filter((table) => !first.includes(table));
    const surplus: [Group, Write][] = [];
    if (this.options.mode === "replace") {
      for (const { table } of [...others, ...first.toReversed()]) {
        surplus.push(...(await this.surplusOf(table, inSource.get(table))));
      }
    }
    for (const table of first) await this.importTable(table, false);
    for (const table of others) await this.importTable(table, true);
    await this.flushAll();
    for (const [group, write] of surplus) await this.add(group, write, true);
    await this.flushAll();
    for (const [group, count] of this.broken) {
      if (count > 0) this.fail(group, `${count} more documents of it were left out`);
    }
    return this.report;
  }

  private async chosenTables(): Promise<SourceTable[]> {
    const { engine, shape, source, mode, leaveOutLocal, console } = this.options;
    const chosen: SourceTable[] = [];
    for (const table of source.tables) {
      if (!shape.has(table.table)) {
        const [first] = table.documents(undefined);
        if (!first) continue;
        throw new Error(
          `the application has no table ${table.table}: declare it in schema.ts, or import one table at a ` +
            "time with --table",
        );
      }
      if (leaveOutLocal && shape.isLocal(table.table)) {
        console.error(`note: ${table.table} is left out: its rows stay on a device`);
        continue;
      }
      if (mode === "empty" && !(await isEmpty(engine, table.table))) {
        throw new Error(
          `${table.table} holds rows already: --append keeps them and adds what is new, --replace makes ` +
            "the tables what the file holds",
        );
      }
      chosen.push(table);
    }
    return chosen;
  }

  // All documents are named before one is written, because any may refer to any.
  private readIds(tables: readonly SourceTable[]): Map<string, Set<string>> {
    const { shape, source } = this.options;
    return new Map(
      tables.map(({ table, component, documents }) => {
        const here = new Set<string>();
        const numbers = source.numbers.get(component) ?? new Map<number, string>();
        source.numbers.set(component, numbers);
        for (const [name, number] of convexSystemTables) {
          if (!numbers.has(number)) numbers.set(number, name);
        }
        for (const { document } of documents(shape.validator(table))) {
          const id = document["_id"];
          if (typeof id !== "string") continue;
          here.add(this.ids.add(table, id));
          const number = decodeId(id)?.table;
          if (number !== undefined && !numbers.has(number)) numbers.set(number, table);
        }
        return [table, here];
      }),
    );
  }

  private async importTable(
    { table, component, documents }: SourceTable,
    mayFlush: boolean,
  ): Promise<void> {
    const { shape, source, console, signal } = this.options;
    const validator = shape.validator(table);
    const numbers: TableNumbers = source.numbers.get(component) ?? new Map();
    let count = 0;
    for (const { place, document } of documents(validator)) {
      if (signal.aborted) throw new Error(`stopped; ${this.soFar()}`);
      if (++count % progressEvery === 0) console.error(`${table}: ${count} documents so far`);
      const { _id: id, ...fields } = document;
      const translated = this.ids.translate(fields, numbers, validator) as Document;
      const here = typeof id === "string" ? idOf(table, id) : undefined;
      const whole = here === undefined ? translated : { _id: here, ...translated };
      let group: Group;
      try {
        group = shape.groupOf(table, whole);
      } catch (error) {
        this.report.failures.push(`${place}: ${messageOf(error)}`);
        continue;
      }
      await this.add(group, { table, place, document: whole, id: here }, mayFlush);
    }
    console.error(`${table}: ${count} documents`);
  }

  // What is to be deleted: the table's rows that the source does not have.
  private async surplusOf(
    table: string,
    kept: ReadonlySet<string> = new Set(),
  ): Promise<[Group, Write][]> {
    const { engine, shape } = this.options;
    const surplus: [Group, Write][] = [];
    for await (const page of pagesOf(engine, table)) {
      for (const document of page) {
        const id = document["_id"] as string;
        if (kept.has(id)) continue;
        const write = { table, place: `${table} ${id}`, document: undefined, id };
        surplus.push([shape.groupOf(table, document), write]);
      }
    }
    return surplus;
  }

  private async add(group: Group, write: Write, mayFlush: boolean): Promise<void> {
    const skipped = this.broken.get(group);
    if (skipped !== undefined) {
      this.broken.set(group, skipped + 1);
      return;
    }
    const waiting = this.waiting.get(group) ?? { writes: [], bytes: 0 };
    this.waiting.set(group, waiting);
    waiting.writes.push(write);
    waiting.bytes += write.document ? writeDocument(write.document).length : 0;
    ++this.waitingCount;
    const isFull = waiting.writes.length >= change.documentsMax || waiting.bytes >= change.bytesMax;
    if (isFull) await this.flush(group);
    else if (mayFlush && this.waitingCount >= waitingMax) await this.flushAll();
  }

  private async flushAll(): Promise<void> {
    for (const group of [...this.waiting.keys()]) await this.flush(group);
  }

  private async flush(group: Group): Promise<void> {
    const waiting = this.waiting.get(group);
    this.waiting.delete(group);
    if (!waiting) return;
    const { writes } = waiting;
    this.waitingCount -= writes.length;
    const counts: Counts = { added: 0, replaced: 0, deleted: 0, same: 0 };
    try {
      await this.options.engine.transact("mutation", (transaction) => {
        for (const write of writes) ++counts[this.write(transaction, write)];
      });
    } catch (error) {
      // Of the database, not of the documents.
      if (error instanceof SynclineError && ["unavailable", "corrupt"].includes(error.code)) {
        throw new Error(`${error.message} (${this.soFar()})`, { cause: error });
      }
      this.broken.set(group, 0);
      const tables = [...new Set(writes.map(({ table }) => table))].join(", ");
      this.fail(group, `${writes.length} documents (${tables}) were refused: ${messageOf(error)}`);
      return;
    }
    for (const key of Object.keys(counts) as (keyof Counts)[]) this.report[key] += counts[key];
  }

  private write(transaction: Transaction, write: Write): keyof Counts {
    try {
      return this.writeOne(transaction, write);
    } catch (error) {
      if (!(error instanceof SynclineError)) throw error;
      const message = `${write.place}: ${error.message}`;
      throw new SynclineError(error.code, message, { cause: error, ...placeOf(error) });
    }
  }

  private writeOne(transaction: Transaction, { table, document, id }: Write): keyof Counts {
    if (document === undefined) {
      transaction.writeText(operation.delete, members({ id, table }));
      return "deleted";
    }
    if (id === undefined) {
      const value = convexToJson(document);
      transaction.writeText(operation.insert, members({ table, value }));
      return "added";
    }
    const existing = this.options.mode === "empty" ? null : read(transaction, table, id);
    if (existing === null) {
      const documents = [convexToJson({ _creationTime: Date.now(), ...document })];
      transaction.writeText(operation.import, members({ table, documents }));
      return "added";
    }
    if (isSame(existing, document)) return "same";
    if (this.options.mode === "append") {
      throw new SynclineError(
        "conflict",
        `${table} has a row ${id} already, with other content: --replace takes the file's`,
      );
    }
    const { _id, _creationTime, ...fields } = document;
    transaction.writeText(operation.replace, members({ id, table, value: convexToJson(fields) }));
    return "replaced";
  }

  private async importFiles(): Promise<void> {
    const { source, engine, leaveOutLocal, console, signal } = this.options;
    if (source.files.length > 0 && leaveOutLocal) {
      console.error(
        `note: ${source.files.length} files are left out: files do not travel to a relay yet`,
      );
    }
    for (const file of source.files) {
      const here = this.ids.add("_storage", file.id);
      if (leaveOutLocal) continue;
      if (signal.aborted) throw new Error(`stopped; ${this.soFar()}`);
      const bytes = file.bytes();
      await engine.transact("mutation", (transaction) => {
        if (read(transaction, "_storage", here) !== null) return;
        writeFile(transaction, here, file, bytes);
      });
    }
    if (source.files.length > 0 && !leaveOutLocal) {
      console.error(`_storage: ${source.files.length} files`);
    }
  }

  private fail(group: Group, message: string): void {
    this.report.failures.push(group === localGroup ? message : `tenant ${group}: ${message}`);
  }

  private soFar(): string {
    const { added, replaced, deleted } = this.report;
    return (
      `${added} documents were added, ${replaced} replaced and ${deleted} deleted before; ` +
      "--append takes it up again"
    );
  }
}

// As the rest of an operation's input.
function members(input: Record<string, unknown>): string {
  return `,${JSON.stringify(input).slice(1, -1)}`;
}

function read(transaction: Transaction, table: string, id: string): Document | null {
  const { document } = transaction.call<{ document: JSONValue }>(operation.get, {
    id,
    table,
    isSystem: table.startsWith("_"),
  });
  return document === null ? null : (jsonToConvex(document) as Document);
}

// As ctx.storage does (engine/files.ts), with the id that the file has got.
function writeFile(
  transaction: Transaction,
  id: string,
  { contentType, creationTime = Date.now() }: SourceFile,
  bytes: Uint8Array,
): void {
  const row = {
    _id: id,
    _creationTime: creationTime,
    sha256: bytesToBase64(sha256(bytes)),
    size: bytes.length,
    ...(contentType === undefined ? {} : { contentType }),
  };
  transaction.writeText(operation.import, members({ table: "_storage", documents: [row] }));
  const contents = { $bytes: bytesToBase64(bytes) };
  transaction.writeText(operation.filePut, members({ id, bytes: contents }));
}

// A creation time that the source does not say may be any.
function isSame(existing: Document, document: Document): boolean {
  const time = document["_creationTime"] ?? (existing["_creationTime"] as Value);
  return writeDocument(existing) === writeDocument({ ...document, _creationTime: time });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
