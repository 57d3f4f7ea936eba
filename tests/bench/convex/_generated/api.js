/* eslint-disable */
/**
 * Generated `api` utility, in the shape that Convex's codegen emits.
 * @module
 */
import { anyApi } from "convex/server";

/**
 * References to the functions of this application: `api.queries.schedules.list`.
 */
export const api = anyApi;
export const internal = anyApi;
