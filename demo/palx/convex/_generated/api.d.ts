/* eslint-disable */
/**
 * The application's functions, for those who call them.
 *
 * Written by `syncline codegen`; changes here are lost when it runs again.
 * @module
 */

import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";
import type * as m_tables_assistant from "../tables/assistant.js";
import type * as m_tables_identity from "../tables/identity.js";
import type * as m_tables_library from "../tables/library.js";
import type * as m_tables_life from "../tables/life.js";
import type * as m_validators from "../validators.js";

declare const fullApi: ApiFromModules<{
  "tables/assistant": typeof m_tables_assistant;
  "tables/identity": typeof m_tables_identity;
  "tables/library": typeof m_tables_library;
  "tables/life": typeof m_tables_life;
  "validators": typeof m_validators;
}>;

/** What clients and other functions may call: `api.messages.list`. */
export declare const api: FilterApi<typeof fullApi, FunctionReference<any, "public">>;

/** What only other functions may call: `internal.messages.remove`. */
export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, "internal">>;

/** The functions of the components that convex.config.ts installs. */
export declare const components: {};
