// The application's tables with those of its components, as one schema for the core.

export interface TableJson {
  tableName: string;
  documentType?: unknown;
  local?: boolean;
  [more: string]: unknown;
}

export interface SchemaJson {
  tables: TableJson[];
  [more: string]: unknown;
}

/** A component's tables under the names that the core knows them by: local, "path/table". */
export function componentTables(path: string, schema: SchemaJson): TableJson[] {
  return schema.tables.map((table) => ({
    ...table,
    tableName: `${path}/${table.tableName}`,
    documentType: withTablesOf(path, table.documentType),
    local: true,
  }));
}

/** A validator's JSON with the tables of its v.id()s as the core knows them. */
export function withTablesOf(path: string, validator: unknown): unknown {
  if (Array.isArray(validator)) return validator.map((each) => withTablesOf(path, each));
  if (typeof validator !== "object" || validator === null) return validator;
  const { type, tableName } = validator as { type?: unknown; tableName?: unknown };
  if (type === "id" && typeof tableName === "string") {
    return { type, tableName: tableName.startsWith("_") ? tableName : `${path}/${tableName}` };
  }
  return Object.fromEntries(
    Object.entries(validator).map(([key, value]) => [key, withTablesOf(path, value)]),
  );
}

const mention =
  /(?:\.\s*(?:query|insert|normalizeId)|\bv\s*\.\s*id)\s*\(\s*(["'`])([A-Za-z][A-Za-z0-9_]{0,63})\1/g;

/** The tables that functions name in their text, for those that schema.ts does not declare. */
export function mentionedTables(texts: Iterable<string>): string[] {
  const names = new Set<string>();
  for (const text of texts) {
    for (const [, , name] of text.matchAll(mention)) if (name) names.add(name);
  }
  return [...names].sort();
}

/** A table of any documents. */
export function anyTable(tableName: string): TableJson {
  return { tableName, indexes: [], documentType: { type: "any" } };
}
