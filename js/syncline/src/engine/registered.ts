// Functions as npm convex's builders make them, and their validators.
import type { JSONValue, Value } from "convex/values";
import { SynclineError } from "../error.ts";
import { describePath, type FunctionPath, splitPath } from "./address.ts";
import type { LoadedModules } from "./modules.ts";

// What this host uses of a function that a builder returned.
export interface RegisteredFunction {
  _handler(context: object, args: Value): unknown;
  // Take and give JSON text. The arguments are one object in an array.
  invokeQuery?(args: string): Promise<string>;
  invokeMutation?(args: string): Promise<string>;
  invokeAction?(requestId: string, args: string): Promise<string>;
  exportArgs(): string;
  exportReturns(): string;
}

// Validators as JSON text; null where anything goes.
export interface FunctionValidators {
  args: string | null;
  returns: string | null;
}

export async function loadRegistered(
  modules: LoadedModules,
  path: FunctionPath,
): Promise<RegisteredFunction> {
  const { module, name } = splitPath(path.path);
  const exports = await modules.load(path.component, module);
  const registered = exports?.[name] as RegisteredFunction | undefined;
  if (typeof registered?._handler !== "function") {
    throw new SynclineError(
      "invalid",
      `${describePath(path)} is listed but its module has none: build the application anew`,
    );
  }
  return registered;
}

export class ValidatorTable {
  private readonly validators = new Map<string, FunctionValidators>();

  of({ component, path }: FunctionPath, registered: RegisteredFunction): FunctionValidators {
    const key = `${component}|${path}`;
    let found = this.validators.get(key);
    if (!found) {
      found = {
        args: readValidator(registered.exportArgs(), component),
        returns: readValidator(registered.exportReturns(), component),
      };
      this.validators.set(key, found);
    }
    return found;
  }
}

function readValidator(text: string, component: string): string | null {
  if (text === "null" || text === '{"type":"any"}') return null;
  if (component === "") return text;
  return JSON.stringify(withTablesOf(component, JSON.parse(text) as JSONValue));
}

// A component's v.id("jobs") means its own table.
function withTablesOf(component: string, json: JSONValue): JSONValue {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map((each) => withTablesOf(component, each));
  const mapped = Object.fromEntries(
    Object.entries(json).map(([name, each]) => [name, withTablesOf(component, each as JSONValue)]),
  );
  const { type, tableName } = json;
  if (type === "id" && typeof tableName === "string" && !tableName.startsWith("_")) {
    mapped["tableName"] = `${component}/${tableName}`;
  }
  return mapped;
}
