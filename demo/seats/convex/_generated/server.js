/* eslint-disable */
/**
 * What the application's functions are defined with.
 *
 * Written by `syncline codegen`; changes here are lost when it runs again.
 * @module
 */

import {
  actionGeneric,
  httpActionGeneric,
  internalActionGeneric,
  internalMutationGeneric,
  internalQueryGeneric,
  mutationGeneric,
  queryGeneric,
} from "convex/server";

/** Defines a query that clients may call. */
export const query = queryGeneric;

/** Defines a query that only other functions may call. */
export const internalQuery = internalQueryGeneric;

/** Defines a mutation that clients may call. */
export const mutation = mutationGeneric;

/** Defines a mutation that only other functions may call. */
export const internalMutation = internalMutationGeneric;

/** Defines an action, which may do anything, and reaches the database through queries and mutations. */
export const action = actionGeneric;

/** Defines an action that only other functions may call. */
export const internalAction = internalActionGeneric;

/** Defines what answers an HTTP request, for a route of convex/http.ts. */
export const httpAction = httpActionGeneric;

/** The environment variables: those of the platform, and those that convex.config.ts declares. */
export const env = process.env;
