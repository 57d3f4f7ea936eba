// readComponents: the tree of components that an application installs, from convex.config.ts. A
// definition is evaluated as Convex does: the components that it imports stand there as their paths.
import { dirname } from "node:path";
import type { Plugin } from "esbuild";
import type { ComponentInfo } from "../engine/application.ts";
import { bundle } from "./esbuild.ts";
import { evaluate } from "./evaluate.ts";
import { definitionIn } from "./modules.ts";

/** A value, or the name of a variable of what installs the component. */
export type EnvironmentEntry = [name: string, from: { value: string } | { variable: string }];

export interface InstalledComponent extends ComponentInfo {
  /** The folder of its schema and functions. */
  directory: string;
  environment: EnvironmentEntry[];
}

/** An environment variable that a definition asks for: its validator's JSON as text. */
export interface DeclaredVariable {
  value: string;
  optional?: boolean;
}

export interface ComponentTree {
  /** Parents before their children. */
  components: InstalledComponent[];
  /** What the definition in a folder declares; the application's too. */
  variables: Map<string, readonly [name: string, DeclaredVariable][]>;
  files: string[];
  warnings: string[];
}

// What the export() of npm convex's definitions gives.
interface DefinitionJson {
  name?: string;
  childComponents: {
    name: string;
    path: string;
    env: [string, { type: "value"; value: string } | { type: "envVar"; name: string }][] | null;
  }[];
  httpMounts: Record<string, string>;
  envVars?: [string, DeclaredVariable][];
}

/** Throws an Error that names the definition and what is wrong with it. */
export async function readComponents(
  directory: string,
  conditions: readonly string[],
): Promise<ComponentTree> {
  const root = definitionIn(directory);
  if (root === undefined) {
    return { components: [], variables: new Map(), files: [], warnings: [] };
  }
  const reader = new DefinitionReader(conditions);
  const tree: ComponentTree = { components: [], variables: new Map(), files: [], warnings: [] };
  const app = await reader.read(root);
  if (app.name !== undefined) {
    throw new Error(`${root} must export default defineApp(): defineComponent is for components`);
  }
  tree.variables.set(directory, app.envVars ?? []);
  await install(reader, root, app, "", tree);
  tree.files = [...reader.files];
  return tree;
}

async function install(
  reader: DefinitionReader,
  file: string,
  { childComponents, httpMounts }: DefinitionJson,
  parent: string,
  tree: ComponentTree,
): Promise<void> {
  for (const mount of Object.keys(httpMounts)) {
    tree.warnings.push(`${file}: a component's HTTP routes are not served yet: ${mount}`);
  }
  const names = new Set<string>();
  for (const { name, path: child, env } of childComponents) {
    const path = parent === "" ? name : `${parent}/${name}`;
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) {
      throw new Error(
        `${file}: "${name}" is no name for a component: use letters, digits and underscores`,
      );
    }
    if (names.has(name)) {
      throw new Error(
        `${file}: two components are named "${name}": give one another {name} in use()`,
      );
    }
    names.add(name);
    const definition = await reader.read(child);
    tree.variables.set(dirname(child), definition.envVars ?? []);
    const environment = (env ?? []).map(
      ([variable, from]): EnvironmentEntry => [
        variable,
        from.type === "value" ? { value: from.value } : { variable: from.name },
      ],
    );
    for (const [variable, { optional }] of definition.envVars ?? []) {
      if (optional !== true && !environment.some(([given]) => given === variable)) {
        throw new Error(
          `${file}: the component "${name}" needs ${variable}: pass it in use(..., { env })`,
        );
      }
    }
    tree.components.push({ path, parent, name, directory: dirname(child), environment });
    await install(reader, child, definition, path, tree);
  }
}

class DefinitionReader {
  readonly files = new Set<string>();
  private readonly done = new Map<string, DefinitionJson>();

  constructor(private readonly conditions: readonly string[]) {}

  async read(file: string, importers: readonly string[] = []): Promise<DefinitionJson> {
    if (importers.includes(file)) {
      throw new Error(`${file}: components install each other in a circle`);
    }
    const definition = this.done.get(file) ?? (await this.evaluate(file, [...importers, file]));
    this.done.set(file, definition);
    return definition;
  }

  private async evaluate(file: string, importers: readonly string[]): Promise<DefinitionJson> {
    const { code, files } = await bundle({
      directory: dirname(file),
      contents: `export { default } from ${JSON.stringify(file)};`,
      conditions: this.conditions,
      plugins: [this.imports(file, importers)],
    });
    for (const each of files) this.files.add(each);
    const { default: definition } = evaluate<{ default?: { export?(): DefinitionJson } }>(
      code,
      file,
    );
    if (typeof definition?.export !== "function") {
      throw new Error(`${file} must export default defineApp() or defineComponent("name")`);
    }
    return definition.export();
  }

  // A component that a definition imports is known there by its path and name alone.
  private imports(importer: string, importers: readonly string[]): Plugin {
    return {
      name: "syncline-components",
      setup: (build) => {
        build.onResolve(
          { filter: /convex\.config/ },
          async ({ path, kind, resolveDir, pluginData }) => {
            if (path === importer || pluginData === "resolving") return undefined;
            for (const candidate of [
              path,
              path.replace(/\.js$/, ".ts"),
              `${path}.ts`,
              `${path}.js`,
            ]) {
              const found = await build.resolve(candidate, {
                kind,
                resolveDir,
                pluginData: "resolving",
              });
              if (found.errors.length === 0)
                return { path: found.path, namespace: "syncline-component" };
            }
            return undefined;
          },
        );
        build.onLoad({ filter: /.*/, namespace: "syncline-component" }, async ({ path }) => {
          const { name } = await this.read(path, importers);
          if (name === undefined) {
            throw new Error(
              `${path} is no component: it must export default defineComponent("name")`,
            );
          }
          const imported = { componentDefinitionPath: path, defaultName: name };
          return { contents: `export default ${JSON.stringify(imported)};` };
        });
      },
    };
  }
}
