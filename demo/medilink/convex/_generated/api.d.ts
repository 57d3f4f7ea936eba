/* eslint-disable */
/**
 * The application's functions, for those who call them.
 *
 * Written by `syncline codegen`; changes here are lost when it runs again.
 * @module
 */

import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";
import type * as m_tables_equipment from "../tables/equipment.js";
import type * as m_tables_identity from "../tables/identity.js";
import type * as m_tables_operations from "../tables/operations.js";
import type * as m_tables_service from "../tables/service.js";
import type * as m_validators from "../validators.js";

declare const fullApi: ApiFromModules<{
  "tables/equipment": typeof m_tables_equipment;
  "tables/identity": typeof m_tables_identity;
  "tables/operations": typeof m_tables_operations;
  "tables/service": typeof m_tables_service;
  "validators": typeof m_validators;
}>;

/** What clients and other functions may call: `api.messages.list`. */
export declare const api: FilterApi<typeof fullApi, FunctionReference<any, "public">>;

/** What only other functions may call: `internal.messages.remove`. */
export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, "internal">>;

/** The functions of the components that convex.config.ts installs. */
export declare const components: {};
