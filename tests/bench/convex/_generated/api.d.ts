/* eslint-disable */
/**
 * Generated `api` utility, in the shape that Convex's codegen emits.
 * @module
 */
import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";
import type * as items from "../items.js";

declare const fullApi: ApiFromModules<{
  items: typeof items;
}>;

export declare const api: FilterApi<typeof fullApi, FunctionReference<any, "public">>;
export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, "internal">>;
