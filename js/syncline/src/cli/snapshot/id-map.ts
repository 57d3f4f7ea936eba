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
  // What documents are called that have no id of this form, with their table before it.
  private readonly texts = new Set<string>();

  /** Notes a document of the snapshot; gives its id here. */
  add(table: string, id: string): string {
    const here = idOf(table, id);
    if (decodeId(id)) this.known.set(id, here);
    else this.texts.add(textKey(table, id));
    return here;
  }

  /** A value with every id in it as it is called here: those of the snapshot's documents, wherever they
   * stand; of documents that are gone, if the snapshot numbers the table or the validator names it; and what
   * is no id but names a document, where the validator wants an id of its table. */
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
    const wanted = tableOf(validator);
    const id = decodeId(text);
    if (!id) {
      const isNamed = wanted !== undefined && this.texts.has(textKey(wanted, text));
      return isNamed ? idForText(wanted, text) : text;
    }
    const table = numbers.get(id.table) ?? wanted;
    return table === undefined ? text : encodeId(table, id.row);
  }
}

/** What a snapshot's document of our table is called here. */
export function idOf(table: string, id: string): string {
  const decoded = decodeId(id);
  return decoded ? encodeId(table, decoded.row) : idForText(table, id);
}

function textKey(table: string, id: string): string {
  return `${table}\n${id}`;
}

// The one table whose ids a validator takes.
function tableOf(validator: unknown): string | undefined {
  const { type, tableName, value } = (validator ?? { type: "any" }) as ValidatorJson;
  if (type === "id") return tableName;
  if (type !== "union") return undefined;
  const tables = (value as unknown[]).map(tableOf).filter((table) => table !== undefined);
  return tables.length === 1 ? tables[0] : undefined;
}
