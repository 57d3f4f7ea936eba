// FunctionTable: the application's functions by path, with their validators.
import { SynclineError } from "../error.ts";
import type { App, FunctionInfo } from "./application.ts";
import type { Instance } from "./instance.ts";

// What this host uses of a function that npm convex's builders return.
interface RegisteredFunction {
  invokeQuery?(args: string): Promise<string>;
  invokeMutation?(args: string): Promise<string>;
  exportArgs(): string;
  exportReturns(): string;
}

// Validators as JSON text; null where anything goes.
export interface FunctionValidators {
  args: string | null;
  returns: string | null;
}

export interface BoundFunction {
  // Takes and gives JSON text. The arguments are one object in an array.
  invoke(args: string): Promise<string>;
  validators: FunctionValidators;
}

export class FunctionTable {
  private readonly infos = new Map<string, FunctionInfo>();
  private readonly validators = new Map<string, FunctionValidators>();

  constructor(app: App) {
    for (const info of app.functions) this.infos.set(info.path, info);
  }

  // The function of a path as clients write it. Throws "not found" for what does not exist or is not
  // for clients, without telling which.
  find(path: string, kind: "query" | "mutation"): FunctionInfo {
    const info = this.infos.get(canonicalPath(path));
    if (info?.visibility !== "public") {
      throw new SynclineError("not found", `Could not find public function for '${path}'.`);
    }
    if (info.kind !== kind) {
      throw new SynclineError(
        "invalid",
        `Trying to execute ${path} as ${kind}, but it is defined as ${info.kind}.`,
      );
    }
    return info;
  }

  // A function of an instance.
  bind(info: FunctionInfo, instance: Instance): BoundFunction {
    const colon = info.path.lastIndexOf(":");
    const module = instance.module(info.path.slice(0, colon));
    const registered = module?.[info.path.slice(colon + 1)] as RegisteredFunction | undefined;
    const invoke = info.kind === "query" ? registered?.invokeQuery : registered?.invokeMutation;
    if (!registered || !invoke) {
      throw new SynclineError(
        "invalid",
        `${info.path} is listed as a ${info.kind} but its module has none: build the application anew`,
      );
    }
    return { invoke, validators: this.validatorsOf(info.path, registered) };
  }

  private validatorsOf(path: string, registered: RegisteredFunction): FunctionValidators {
    let found = this.validators.get(path);
    if (!found) {
      found = {
        args: unlessAny(registered.exportArgs()),
        returns: unlessAny(registered.exportReturns()),
      };
      this.validators.set(path, found);
    }
    return found;
  }
}

function unlessAny(validator: string): string | null {
  return validator === "null" || validator === '{"type":"any"}' ? null : validator;
}

// "dir/file:name" stays; "dir/file" is its default export; ".js" is dropped as Convex does.
export function canonicalPath(path: string): string {
  const colon = path.lastIndexOf(":");
  const [module, name] =
    colon < 0 ? [path, "default"] : [path.slice(0, colon), path.slice(colon + 1)];
  return `${module.replace(/\.js$/, "")}:${name}`;
}
