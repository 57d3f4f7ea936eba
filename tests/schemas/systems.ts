// The systems under demo/ that have a schema, as the tests here want them.
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { GenericSchema, SchemaDefinition } from "convex/server";
import { loadApp } from "../../js/syncline/src/bundle/load.ts";
import type { Rules } from "../../js/syncline/src/rules/index.ts";
import { convexTest, type TestConvex } from "../../js/syncline/src/testing/index.ts";
import type { SchemaJson } from "./listing.ts";

const demos = fileURLToPath(new URL("../../demo", import.meta.url));

type AnySchema = SchemaDefinition<GenericSchema, boolean>;

export interface System {
  schema: AnySchema;
  tables: SchemaJson["tables"];
  rules: Rules | null;
}

export const systemNames = readdirSync(demos).filter((name) =>
  existsSync(`${demos}/${name}/convex/schema.ts`),
);

/** Through the bundler, as an application has it; the schema also as a module. */
export async function loadSystem(name: string): Promise<System> {
  const folder = `${demos}/${name}/convex`;
  const { application } = await loadApp(folder);
  const { default: schema } = (await import(`${folder}/schema.ts`)) as { default: AnySchema };
  return {
    schema,
    tables: (application.schema as SchemaJson).tables,
    rules: application.rules as Rules | null,
  };
}

/** A device with the system's tables and the functions of functions/. Without rules all is local. */
export function startSystem(
  { schema }: System,
  rules: Rules | null = null,
): TestConvex<SchemaDefinition<GenericSchema, boolean>> {
  const modules = {
    "./rows.ts": () => import("./functions/rows.ts"),
    "./_generated/api.ts": async () => ({}),
  };
  return convexTest({ schema, modules, rules });
}
