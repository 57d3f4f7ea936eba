/* eslint-disable */
/**
 * The types of the application's tables and documents.
 *
 * Written by `syncline codegen`; changes here are lost when it runs again.
 * @module
 */

import type {
  DataModelFromSchemaDefinition,
  DocumentByName,
  SystemTableNames,
  TableNamesInDataModel,
} from "convex/server";
import type { GenericId } from "convex/values";
import type schema from "../schema.js";

/** The names of all tables. */
export type TableNames = TableNamesInDataModel<DataModel>;

/** A document: `Doc<"messages">`. */
export type Doc<TableName extends TableNames> = DocumentByName<DataModel, TableName>;

/** A document's id: `Id<"messages">`. It is a string that knows its table. */
export type Id<TableName extends TableNames | SystemTableNames> = GenericId<TableName>;

/** The tables with their documents and indexes; server.d.ts is typed by it. */
export type DataModel = DataModelFromSchemaDefinition<typeof schema>;
