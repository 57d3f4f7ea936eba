/* eslint-disable */
/**
 * What the application's functions are defined with.
 *
 * Written by `syncline codegen`; changes here are lost when it runs again.
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

/** Defines an action, which may do anything, and reaches the database through queries and mutations. */
export declare const action: ActionBuilder<DataModel, "public">;

/** Defines an action that only other functions may call. */
export declare const internalAction: ActionBuilder<DataModel, "internal">;

/** Defines what answers an HTTP request, for a route of convex/http.ts. */
export declare const httpAction: HttpActionBuilder;

/** The environment variables: those of the platform, and those that convex.config.ts declares. */
export declare const env: {
  readonly CONVEX_CLOUD_URL: string;
  readonly CONVEX_SITE_URL: string;
};

/** The first argument of a query's handler. */
export type QueryCtx = GenericQueryCtx<DataModel>;
/** The first argument of a mutation's handler. */
export type MutationCtx = GenericMutationCtx<DataModel>;
/** The first argument of an action's handler. */
export type ActionCtx = GenericActionCtx<DataModel>;
/** `ctx.db` of a query. */
export type DatabaseReader = GenericDatabaseReader<DataModel>;
/** `ctx.db` of a mutation. */
export type DatabaseWriter = GenericDatabaseWriter<DataModel>;
