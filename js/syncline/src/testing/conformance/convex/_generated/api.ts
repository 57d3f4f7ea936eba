// As Convex's codegen writes it.
import {
  type ApiFromModules,
  anyApi,
  componentsGeneric,
  type FilterApi,
  type FunctionReference,
  type FunctionType,
} from "convex/server";
import type * as deep from "../deep/er.ts";
import type * as messages from "../messages.ts";

type FullApi = ApiFromModules<{ messages: typeof messages; "deep/er": typeof deep }>;
type Inside<Kind extends "query" | "mutation", Args extends Record<string, unknown>, Result> =
  FunctionReference<Kind, "internal", Args, Result>;

export const api = anyApi as unknown as FilterApi<FullApi, FunctionReference<FunctionType, "public">>;
export const internal = anyApi as unknown as FilterApi<FullApi, FunctionReference<FunctionType, "internal">>;
export const components = componentsGeneric() as unknown as {
  counter: {
    lib: {
      add: Inside<"mutation", { name: string; by: number }, number>;
      whoAmI: Inside<"query", Record<string, never>, unknown>;
      counters: Inside<"query", Record<string, never>, { name: string; value: number }[]>;
    };
  };
};
