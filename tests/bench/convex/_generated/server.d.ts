/* eslint-disable */
/**
 * Generated utilities for query and mutation functions, in the shape that Convex's codegen emits.
 * @module
 */
import type {
  ActionBuilder,
  GenericActionCtx,
  GenericDatabaseReader,
  GenericDatabaseWriter,
  GenericMutationCtx,
  GenericQueryCtx,
  HttpActionBuilder,
  MutationBuilder,
  QueryBuilder,
} from "convex/server";
import type { DataModel } from "./dataModel.js";

/** Defines a query that clients may call. */
export declare const query: QueryBuilder<DataModel, "public">;
/** Defines a query that only other functions may call. */
export declare const internalQuery: QueryBuilder<DataModel, "internal">;
/** Defines a mutation that clients may call. */
export declare const mutation: MutationBuilder<DataModel, "public">;
/** Defines a mutation that only other functions may call. */
export declare const internalMutation: MutationBuilder<DataModel, "internal">;
export declare const action: ActionBuilder<DataModel, "public">;
export declare const internalAction: ActionBuilder<DataModel, "internal">;
export declare const httpAction: HttpActionBuilder;

export type QueryCtx = GenericQueryCtx<DataModel>;
export type MutationCtx = GenericMutationCtx<DataModel>;
export type ActionCtx = GenericActionCtx<DataModel>;
export type DatabaseReader = GenericDatabaseReader<DataModel>;
export type DatabaseWriter = GenericDatabaseWriter<DataModel>;
