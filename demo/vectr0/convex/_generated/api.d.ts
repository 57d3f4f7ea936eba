/* eslint-disable */
/**
 * The application's functions, for those who call them.
 *
 * Written by `syncline codegen`; changes here are lost when it runs again.
 * @module
 */

import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";
import type * as m_auth_index from "../auth/index.js";
import type * as m_lib_index from "../lib/index.js";
import type * as m_mutations_organizations from "../mutations/organizations.js";
import type * as m_mutations_schedules from "../mutations/schedules.js";
import type * as m_mutations_users from "../mutations/users.js";
import type * as m_queries_organizations from "../queries/organizations.js";
import type * as m_queries_schedules from "../queries/schedules.js";
import type * as m_queries_users from "../queries/users.js";

declare const fullApi: ApiFromModules<{
  "auth/index": typeof m_auth_index;
  "lib/index": typeof m_lib_index;
  "mutations/organizations": typeof m_mutations_organizations;
  "mutations/schedules": typeof m_mutations_schedules;
  "mutations/users": typeof m_mutations_users;
  "queries/organizations": typeof m_queries_organizations;
  "queries/schedules": typeof m_queries_schedules;
  "queries/users": typeof m_queries_users;
}>;

/** What clients and other functions may call: `api.messages.list`. */
export declare const api: FilterApi<typeof fullApi, FunctionReference<any, "public">>;

/** What only other functions may call: `internal.messages.remove`. */
export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, "internal">>;

/** The functions of the components that convex.config.ts installs. */
export declare const components: {};
