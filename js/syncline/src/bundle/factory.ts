// The text of the application's factory: its modules, and those of its components, in one function whose
// parameters stand for the globals. No eval at run time.
import { executionGlobalNames } from "../engine/application.ts";
import type { EnvironmentEntry } from "./components.ts";

export interface ComponentModules {
  path: string;
  parent: string;
  environment: readonly EnvironmentEntry[];
  /** Of `definitions`. */
  definition: number;
  modules: readonly string[];
}

/** What components have from the application and not in a copy of their own. */
export const sharedPackages = ["convex/server", "convex/values"];
/** What the engine asks for among the modules, so that it throws the ConvexError that they know. */
export const enginePackages = ["convex/values?ConvexError,jsonToConvex"];

/** `app` and `definitions` are CommonJS texts of entryOf; `app` has packages as well: the shared ones if
 * there are components, whose definitions require them. A component that is installed twice is evaluated twice: each has its own
 * process.env. The application has its `environment` there. */
export function factoryText(
  app: string,
  definitions: readonly string[],
  components: readonly ComponentModules[],
  environment: Readonly<Record<string, string>>,
): string {
  return [
    `const factory = ({ ${executionGlobalNames.join(", ")} }) => {`,
    `const appProcess = { env: { ...process.env, ...${JSON.stringify(environment)} } };`,
    `const { modules, packages } = ((process) => {\n${moduleText(app)}\n})(appProcess);`,
    "const require = (name) => packages[name]();",
    ...definitions.map(
      (code, index) => `const definition${index} = (process) => {\n${moduleText(code)}\n};`,
    ),
    ...components.flatMap((component, index) => componentText(component, index, components)),
    'return { ...modules, "convex/values": packages["convex/values"] };',
    "};",
  ].join("\n");
}

function moduleText(code: string): string {
  return `const module = { exports: {} }, exports = module.exports;\n${code}\nreturn module.exports;`;
}

function componentText(
  { path, parent, environment, definition, modules }: ComponentModules,
  index: number,
  all: readonly ComponentModules[],
): string[] {
  const above =
    parent === "" ? "appProcess" : `process${all.findIndex((one) => one.path === parent)}`;
  const variables = environment.map(([name, from]) =>
    "value" in from
      ? `${JSON.stringify(name)}: ${JSON.stringify(from.value)}`
      : `get ${JSON.stringify(name)}() { return ${above}.env[${JSON.stringify(from.variable)}]; }`,
  );
  return [
    `const process${index} = { env: { ${variables.join(", ")} } };`,
    `let loaded${index};`,
    `const component${index} = (name) => (loaded${index} ??= definition${definition}(process${index})).modules[name]();`,
    ...modules.map((module) => {
      const [key, name] = [`${path}|${module}`, module].map((text) => JSON.stringify(text));
      return `modules[${key}] = () => component${index}(${name});`;
    }),
  ];
}
