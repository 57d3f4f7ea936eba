// _generated/api.d.ts and api.js: references to the application's functions, and to its components'.
import { header } from "./header.ts";

/** One module of the functions folder. */
export interface ApiModule {
  /** As functions are called by: "queries/users". */
  path: string;
  /** How the types import it, from the folder: "queries/users.js". */
  specifier: string;
}

/** What `components` has of an installed component. */
export interface ApiComponent {
  name: string;
  /** The type of its references, as TypeScript. */
  type: string;
}

const what = "The application's functions, for those who call them.";

export function apiTypes(
  modules: readonly ApiModule[],
  components: readonly ApiComponent[],
): string {
  const named = withIdentifiers(modules);
  return [
    header(what),
    'import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";',
    ...named.map(
      ({ identifier, specifier }) => `import type * as ${identifier} from "../${specifier}";`,
    ),
    "",
    "declare const fullApi: ApiFromModules<{",
    ...named.map(({ identifier, path }) => `  ${JSON.stringify(path)}: typeof ${identifier};`),
    "}>;",
    "",
    "/** What clients and other functions may call: `api.messages.list`. */",
    'export declare const api: FilterApi<typeof fullApi, FunctionReference<any, "public">>;',
    "",
    "/** What only other functions may call: `internal.messages.remove`. */",
    'export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, "internal">>;',
    "",
    "/** The functions of the components that convex.config.ts installs. */",
    components.length === 0
      ? "export declare const components: {};"
      : [
          "export declare const components: {",
          ...components.map(({ name, type }) => `  ${JSON.stringify(name)}: ${type};`),
          "};",
        ].join("\n"),
    "",
  ].join("\n");
}

export function apiCode(): string {
  return [
    header(what),
    'import { anyApi, componentsGeneric } from "convex/server";',
    "",
    "/** What clients and other functions may call: `api.messages.list`. */",
    "export const api = anyApi;",
    "",
    "/** What only other functions may call: `internal.messages.remove`. */",
    "export const internal = anyApi;",
    "",
    "/** The functions of the components that convex.config.ts installs. */",
    "export const components = componentsGeneric();",
    "",
  ].join("\n");
}

// A name a module that is free and no word of the language; two paths never share one.
function withIdentifiers(
  modules: readonly ApiModule[],
): readonly (ApiModule & { identifier: string })[] {
  const taken = new Set(["fullApi", "api", "internal", "components", "any"]);
  return modules.map((module) => {
    const base = `m_${module.path.replace(/[^A-Za-z0-9]/g, "_")}`;
    let identifier = base;
    for (let count = 2; taken.has(identifier); ++count) identifier = `${base}_${count}`;
    taken.add(identifier);
    return { ...module, identifier };
  });
}
