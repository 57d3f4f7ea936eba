/* eslint-disable */
/**
 * The application's functions, for those who call them.
 *
 * Written by `syncline codegen`; changes here are lost when it runs again.
 * @module
 */

import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";
import type * as m_tables_automation from "../tables/automation.js";
import type * as m_tables_business from "../tables/business.js";
import type * as m_tables_community from "../tables/community.js";
import type * as m_tables_identity from "../tables/identity.js";
import type * as m_tables_learning from "../tables/learning.js";
import type * as m_tables_motivation from "../tables/motivation.js";
import type * as m_validators from "../validators.js";

declare const fullApi: ApiFromModules<{
  "tables/automation": typeof m_tables_automation;
  "tables/business": typeof m_tables_business;
  "tables/community": typeof m_tables_community;
  "tables/identity": typeof m_tables_identity;
  "tables/learning": typeof m_tables_learning;
  "tables/motivation": typeof m_tables_motivation;
  "validators": typeof m_validators;
}>;

/** What clients and other functions may call: `api.messages.list`. */
export declare const api: FilterApi<typeof fullApi, FunctionReference<any, "public">>;

/** What only other functions may call: `internal.messages.remove`. */
export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, "internal">>;

/** The functions of the components that convex.config.ts installs. */
export declare const components: {};
