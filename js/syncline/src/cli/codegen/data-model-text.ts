// _generated/dataModel.d.ts: the types of the application's tables, documents and ids.
import { header } from "./header.ts";

const what = "The types of the application's tables and documents.";

/** `schema`: how the types import schema.ts, from the functions folder; null without one. */
export function dataModelTypes(schema: string | null): string {
  return schema === null ? withoutSchema() : withSchema(schema);
}

function withSchema(specifier: string): string {
  return [
    header(what),
    "import type {",
    "  DataModelFromSchemaDefinition,",
    "  DocumentByName,",
    "  SystemTableNames,",
    "  TableNamesInDataModel,",
    '} from "convex/server";',
    'import type { GenericId } from "convex/values";',
    `import type schema from "../${specifier}";`,
    "",
    "/** The names of all tables. */",
    "export type TableNames = TableNamesInDataModel<DataModel>;",
    "",
    '/** A document: `Doc<"messages">`. */',
    "export type Doc<TableName extends TableNames> = DocumentByName<DataModel, TableName>;",
    "",
    '/** A document\'s id: `Id<"messages">`. It is a string that knows its table. */',
    "export type Id<TableName extends TableNames | SystemTableNames> = GenericId<TableName>;",
    "",
    "/** The tables with their documents and indexes; server.d.ts is typed by it. */",
    "export type DataModel = DataModelFromSchemaDefinition<typeof schema>;",
    "",
  ].join("\n");
}

function withoutSchema(): string {
  return [
    header(`${what} There is no schema.ts, so every document may be anything.`),
    'import type { AnyDataModel } from "convex/server";',
    'import type { GenericId } from "convex/values";',
    "",
    "/** Any name: tables are declared in schema.ts. */",
    "export type TableNames = string;",
    "",
    "/** A document: anything, until schema.ts says what it is. */",
    "export type Doc = any;",
    "",
    '/** A document\'s id: `Id<"messages">`. It is a string that knows its table. */',
    "export type Id<TableName extends TableNames = TableNames> = GenericId<TableName>;",
    "",
    "/** server.d.ts is typed by it. */",
    "export type DataModel = AnyDataModel;",
    "",
  ].join("\n");
}
