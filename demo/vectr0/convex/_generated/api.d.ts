/* eslint-disable */
/**
 * Generated `api` utility, in the shape that Convex's codegen emits.
 * @module
 */
import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";
import type * as auth_index from "../auth/index.js";
import type * as lib_index from "../lib/index.js";
import type * as mutations_organizations from "../mutations/organizations.js";
import type * as mutations_schedules from "../mutations/schedules.js";
import type * as mutations_users from "../mutations/users.js";
import type * as queries_organizations from "../queries/organizations.js";
import type * as queries_schedules from "../queries/schedules.js";
import type * as queries_users from "../queries/users.js";

declare const fullApi: ApiFromModules<{
  "auth/index": typeof auth_index;
  "lib/index": typeof lib_index;
  "mutations/organizations": typeof mutations_organizations;
  "mutations/schedules": typeof mutations_schedules;
  "mutations/users": typeof mutations_users;
  "queries/organizations": typeof queries_organizations;
  "queries/schedules": typeof queries_schedules;
  "queries/users": typeof queries_users;
}>;

/**
 * References to the functions of this application: `api.queries.schedules.list`.
 */
export declare const api: FilterApi<typeof fullApi, FunctionReference<any, "public">>;
export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, "internal">>;
