// A listing: the tables, fields and indexes of a schema as plain data, so that what a document lists and
// what an application declares can be held against each other.
import type { ValidatorJSON } from "convex/values";

export interface ListedTable {
  /** The type by the field's name; "bio?" is optional. Types are as describe() writes them. */
  fields: Record<string, string>;
  /** The fields by the index's name, as "organizationId, status"; null where a document does not say. */
  indexes: Record<string, string | null>;
  searchIndexes: Record<string, { field: string; filters: string | null }>;
  vectorIndexes: Record<string, { field: string; dimensions: number; filters: string }>;
}

export type Listing = Record<string, ListedTable>;

/** What Schema.export() of npm convex gives. */
export interface SchemaJson {
  tables: {
    tableName: string;
    documentType: ValidatorJSON;
    indexes: { indexDescriptor: string; fields: string[] }[];
    searchIndexes: { indexDescriptor: string; searchField: string; filterFields: string[] }[];
    vectorIndexes: {
      indexDescriptor: string;
      vectorField: string;
      dimensions: number;
      filterFields: string[];
    }[];
  }[];
}

export function listingOf(schema: SchemaJson): Listing {
  return Object.fromEntries(
    schema.tables.map((table) => [
      table.tableName,
      {
        fields: fieldsOf(table.documentType),
        indexes: byName(table.indexes, ({ fields }) => fields.join(", ")),
        searchIndexes: byName(table.searchIndexes, ({ searchField, filterFields }) => ({
          field: searchField,
          filters: filterFields.join(", "),
        })),
        vectorIndexes: byName(table.vectorIndexes, (index) => ({
          field: index.vectorField,
          dimensions: index.dimensions,
          filters: index.filterFields.join(", "),
        })),
      },
    ]),
  );
}

/** A validator in short: string, number, id(users), "a" | "b", [string], { name: string, bio?: string }. */
export function describe(type: ValidatorJSON): string {
  switch (type.type) {
    case "literal":
      return JSON.stringify(type.value);
    case "id":
      return `id(${type.tableName})`;
    case "array":
      return `[${describe(type.value)}]`;
    case "object":
      return describeFields(fieldsOf(type));
    case "union":
      return type.value.map(describe).join(" | ");
    case "record":
      return `record(${describe(type.keys)}, ${describe(type.values.fieldType)})`;
    default:
      return type.type;
  }
}

export function describeFields(fields: Record<string, string>): string {
  const members = Object.entries(fields).map(([name, type]) => `${name}: ${type}`);
  return `{ ${members.sort().join(", ")} }`;
}

function fieldsOf(type: ValidatorJSON): Record<string, string> {
  if (type.type !== "object") throw new Error(`a ${type.type} where fields were expected`);
  return Object.fromEntries(
    Object.entries(type.value).map(([name, { fieldType, optional }]) => [
      optional ? `${name}?` : name,
      describe(fieldType),
    ]),
  );
}

function byName<Index extends { indexDescriptor: string }, Listed>(
  indexes: readonly Index[],
  list: (index: Index) => Listed,
): Record<string, Listed> {
  return Object.fromEntries(indexes.map((index) => [index.indexDescriptor, list(index)]));
}

/** Whether a field's type is what a document lists. "id" fits an id of any table, "[object]" an array of
 * any objects, "json" anything: documents are not always more precise. */
export function fits(listed: string, declared: string): boolean {
  if (listed === declared || listed === "json") return true;
  if (listed === "[object]") return declared.startsWith("[{");
  return /\bid\b(?!\()/.test(listed) && listed === declared.replaceAll(/\bid\(\w+\)/g, "id");
}

export interface Differences {
  /** What the document lists and the schema lacks, or has otherwise. */
  missing: string[];
  /** What the schema has beyond the document. */
  added: string[];
}

export function compare(listed: Listing, declared: Listing): Differences {
  const missing: string[] = [];
  const added: string[] = [];
  // One kind of thing, by name.
  const hold = <Listed>(
    place: string,
    wanted: Record<string, Listed>,
    found: Record<string, Listed>,
    same: (wanted: Listed, found: Listed) => boolean,
  ): void => {
    for (const [name, what] of Object.entries(wanted)) {
      const own = found[name];
      if (own === undefined) missing.push(`${place}${name}: ${JSON.stringify(what)}`);
      else if (!same(what, own)) {
        missing.push(`${place}${name}: ${JSON.stringify(what)}, not ${JSON.stringify(own)}`);
      }
    }
    added.push(...Object.keys(found).flatMap((name) => (name in wanted ? [] : [place + name])));
  };
  const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  hold("", listed, declared, () => true);
  for (const [name, wanted] of Object.entries(listed)) {
    const found = declared[name];
    if (!found) continue;
    hold(`${name}.`, wanted.fields, found.fields, fits);
    hold(
      `${name} index `,
      wanted.indexes,
      found.indexes,
      (fields, own) => !fields || fields === own,
    );
    hold(
      `${name} search `,
      wanted.searchIndexes,
      found.searchIndexes,
      (index, own) => index.field === own.field && (!index.filters || equal(index, own)),
    );
    hold(`${name} vector `, wanted.vectorIndexes, found.vectorIndexes, equal);
  }
  return { missing, added };
}

export interface Counts {
  tables: number;
  indexes: number;
  searchIndexes: number;
  vectorIndexes: number;
}

export function count(listing: Listing): Counts {
  const tables = Object.values(listing);
  const sum = (kind: "indexes" | "searchIndexes" | "vectorIndexes"): number =>
    tables.reduce((total, table) => total + Object.keys(table[kind]).length, 0);
  return {
    tables: tables.length,
    indexes: sum("indexes"),
    searchIndexes: sum("searchIndexes"),
    vectorIndexes: sum("vectorIndexes"),
  };
}
