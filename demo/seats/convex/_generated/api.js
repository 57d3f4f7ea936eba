/* eslint-disable */
/**
 * The application's functions, for those who call them.
 *
 * Written by `syncline codegen`; changes here are lost when it runs again.
 * @module
 */

import { anyApi, componentsGeneric } from "convex/server";

/** What clients and other functions may call: `api.messages.list`. */
export const api = anyApi;

/** What only other functions may call: `internal.messages.remove`. */
export const internal = anyApi;

/** The functions of the components that convex.config.ts installs. */
export const components = componentsGeneric();
