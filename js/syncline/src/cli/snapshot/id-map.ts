// IdMap: what the ids of a snapshot are called here. A row keeps its 16 bytes and gets our number of its
// table, so the same snapshot always gives the same ids; what is no id at all is given one by its text.
import type { Value } from "convex/values";
import { decodeId, encodeId, idForText } from "./ids.ts";

/** The snapshot's number of each table of a component, by our name of the table. */
export type TableNumbers = ReadonlyMap<number, string>;

interface ValidatorJson {
  type: string;
  tableName?: string;
  value?: unknown;
  values?: { fieldType: unknown };
}

export class IdMap {
  // Ids of documents, and what they are called here.
  private readonly known = new Map<string, string>();

  /** Notes a document of the snapshot; gives its id here. */
  add(table: string, id: string): string {
    const decoded = decodeId(id);
    const here = decoded ? encodeId(table, decoded.row) : idForText(table, id);
    this.known.set(id, here);
    return here;
  }

  /** Notes what a document is called that has got its id already. */
  set(id: string, here: string): void {
    this.known.set(id, here);
  }

  get(id: string): string | undefined {
    return this.known.get(id);
  }

  /** A value with every id in it as it is called here: those of the snapshot's documents, and of tables
   * that it numbers, although the document is gone, and where the validator says that there is an id. */
  translate(value: Value, numbers: TableNumbers, validator: unknown): Value {
    if (typeof value === "string") return this.translateText(value, numbers, validator);
    if (typeof value !== "object" || value === null || value instanceof ArrayBuffer) return value;
    const { type, value: inner, values } = (validator ?? { type: "any" }) as ValidatorJson;
    if (Array.isArray(value)) {
      const of = type === "array" ? inner : undefined;
      return value.map((each) => this.translate(each, numbers, of));
    }
    const fields = inner as Record<string, { fieldType: unknown }>;
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => {
        const of = type === "record" ? values : type === "object" ? fields[name] : undefined;
        // The keys of a record may be ids as well.
        const key = this.known.get(name) ?? name;
        return [key, this.translate(field as Value, numbers, of?.fieldType)];
      }),
    );
  }

  private translateText(text: string, numbers: TableNumbers, validator: unknown): string {
    const here = this.known.get(text);
    if (here !== undefined) return here;
    const id = decodeId(text);
    if (!id) return text;
    const table = numbers.get(id.table) ?? tableOf(validator);
    return table === undefined ? text : encodeId(table, id.row);
  }
}

// The one table whose ids a validator takes.
function tableOf(validator: unknown): string | undefined {
  const { type, tableName, value } = (validator ?? { type: "any" }) as ValidatorJson;
  if (type === "id") return tableName;
  if (type !== "union") return undefined;
  const tables = (value as unknown[]).map(tableOf).filter((table) => table !== undefined);
  return tables.length === 1 ? tables[0] : undefined;
}
