// _generated/server.d.ts and server.js: what functions are defined with, typed by the application's tables.
import { header } from "./header.ts";
import { validatorType } from "./validator-type.ts";

/** An environment variable that convex.config.ts declares. */
export interface DeclaredVariable {
  name: string;
  /** The validator's JSON. */
  validator: unknown;
  optional: boolean;
}

const what = "What the application's functions are defined with.";

// Convex sets these for every deployment.
const platformVariables: readonly DeclaredVariable[] = ["CONVEX_CLOUD_URL", "CONVEX_SITE_URL"].map(
  (name) => ({ name, validator: { type: "string" }, optional: false }),
);

interface Definition {
  name: string;
  type: string;
  generic: string;
  help: string;
}

const definitions: readonly Definition[] = [
  {
    name: "query",
    type: 'QueryBuilder<DataModel, "public">',
    generic: "queryGeneric",
    help: "Defines a query that clients may call.",
  },
  {
    name: "internalQuery",
    type: 'QueryBuilder<DataModel, "internal">',
    generic: "internalQueryGeneric",
    help: "Defines a query that only other functions may call.",
  },
  {
    name: "mutation",
    type: 'MutationBuilder<DataModel, "public">',
    generic: "mutationGeneric",
    help: "Defines a mutation that clients may call.",
  },
  {
    name: "internalMutation",
    type: 'MutationBuilder<DataModel, "internal">',
    generic: "internalMutationGeneric",
    help: "Defines a mutation that only other functions may call.",
  },
  {
    name: "action",
    type: 'ActionBuilder<DataModel, "public">',
    generic: "actionGeneric",
    help: "Defines an action, which may do anything, and reaches the database through queries and mutations.",
  },
  {
    name: "internalAction",
    type: 'ActionBuilder<DataModel, "internal">',
    generic: "internalActionGeneric",
    help: "Defines an action that only other functions may call.",
  },
  {
    name: "httpAction",
    type: "HttpActionBuilder",
    generic: "httpActionGeneric",
    help: "Defines what answers an HTTP request, for a route of convex/http.ts.",
  },
];

export function serverTypes(variables: readonly DeclaredVariable[]): string {
  return [
    header(what),
    "import type {",
    "  ActionBuilder,",
    "  GenericActionCtx,",
    "  GenericDatabaseReader,",
    "  GenericDatabaseWriter,",
    "  GenericMutationCtx,",
    "  GenericQueryCtx,",
    "  HttpActionBuilder,",
    "  MutationBuilder,",
    "  QueryBuilder,",
    '} from "convex/server";',
    'import type { DataModel } from "./dataModel.js";',
    "",
    ...definitions.flatMap(({ name, type, help }) => [
      `/** ${help} */`,
      `export declare const ${name}: ${type};`,
      "",
    ]),
    "/** The environment variables: those of the platform, and those that convex.config.ts declares. */",
    "export declare const env: {",
    ...[...platformVariables, ...variables].map(
      ({ name, validator, optional }) =>
        `  readonly ${name}: ${validatorType(validator)}${optional ? " | undefined" : ""};`,
    ),
    "};",
    "",
    "/** The first argument of a query's handler. */",
    "export type QueryCtx = GenericQueryCtx<DataModel>;",
    "/** The first argument of a mutation's handler. */",
    "export type MutationCtx = GenericMutationCtx<DataModel>;",
    "/** The first argument of an action's handler. */",
    "export type ActionCtx = GenericActionCtx<DataModel>;",
    "/** `ctx.db` of a query. */",
    "export type DatabaseReader = GenericDatabaseReader<DataModel>;",
    "/** `ctx.db` of a mutation. */",
    "export type DatabaseWriter = GenericDatabaseWriter<DataModel>;",
    "",
  ].join("\n");
}

export function serverCode(): string {
  return [
    header(what),
    "import {",
    ...definitions
      .map(({ generic }) => generic)
      .sort()
      .map((generic) => `  ${generic},`),
    '} from "convex/server";',
    "",
    ...definitions.flatMap(({ name, generic, help }) => [
      `/** ${help} */`,
      `export const ${name} = ${generic};`,
      "",
    ]),
    "/** The environment variables: those of the platform, and those that convex.config.ts declares. */",
    "export const env = process.env;",
    "",
  ].join("\n");
}
