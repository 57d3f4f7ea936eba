/* eslint-disable */
/**
 * Generated data model types, in the shape that Convex's codegen emits.
 * @module
 */
import type {
  DataModelFromSchemaDefinition,
  DocumentByName,
  SystemTableNames,
  TableNamesInDataModel,
} from "convex/server";
import type { GenericId } from "convex/values";
import schema from "../schema.js";

/** The names of all tables. */
export type TableNames = TableNamesInDataModel<DataModel>;
/** The type of a document of a table. */
export type Doc<TableName extends TableNames> = DocumentByName<DataModel, TableName>;
/** The id of a document of a table. */
export type Id<TableName extends TableNames | SystemTableNames> = GenericId<TableName>;
/** The tables, their documents and their indexes. */
export type DataModel = DataModelFromSchemaDefinition<typeof schema>;
