/* eslint-disable */
/**
 * The application's functions, for those who call them.
 *
 * Written by `syncline codegen`; changes here are lost when it runs again.
 * @module
 */

import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";
import type * as m_centers from "../centers.js";
import type * as m_lib_access from "../lib/access.js";
import type * as m_reviews from "../reviews.js";
import type * as m_workshops from "../workshops.js";

declare const fullApi: ApiFromModules<{
  "centers": typeof m_centers;
  "lib/access": typeof m_lib_access;
  "reviews": typeof m_reviews;
  "workshops": typeof m_workshops;
}>;

/** What clients and other functions may call: `api.messages.list`. */
export declare const api: FilterApi<typeof fullApi, FunctionReference<any, "public">>;

/** What only other functions may call: `internal.messages.remove`. */
export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, "internal">>;

/** The functions of the components that convex.config.ts installs. */
export declare const components: {};
