// TestModules: the application's and its components' modules as the test itself imports them
// (import.meta.glob).
import { ConvexError, jsonToConvex } from "convex/values";
import { splitPath } from "../engine/address.ts";
import type { FunctionInfo, FunctionKind } from "../engine/application.ts";
import type { Surroundings } from "../engine/globals.ts";
import type { LoadedModules, ModuleExports, ModuleSource } from "../engine/modules.ts";
import { SynclineError } from "../error.ts";
import { runAs } from "./realm.ts";
import { noting } from "./thrown.ts";
import type { ModuleMap } from "./types.ts";

const kinds: readonly [flag: string, kind: FunctionKind][] = [
  ["isQuery", "query"],
  ["isMutation", "mutation"],
  ["isAction", "action"],
  ["isHttp", "httpAction"],
];

export class TestModules implements ModuleSource {
  private readonly folders = new Map<string, Folder>();
  private readonly loaded: LoadedModules = {
    ConvexError,
    commitTs: jsonToConvex({ $commitTs: null }),
    load: (component, module) => this.load(component, module),
  };

  add(component: string, modules: ModuleMap): void {
    this.folders.set(component, new Folder(modules));
  }

  async load(component: string, module: string): Promise<ModuleExports | undefined> {
    const folder = this.folders.get(component);
    if (folder) return await folder.load(module);
    throw new SynclineError(
      "not found",
      `the component "${component}" is not registered: call t.registerComponent("${component}", schema, modules)`,
    );
  }

  async find(component: string, path: string): Promise<FunctionInfo | undefined> {
    const { module, name } = splitPath(path);
    const registered = (await this.load(component, module))?.[name] as
      | (Record<string, unknown> & { isInternal?: boolean })
      | undefined;
    const kind = kinds.find(([flag]) => registered?.[flag] === true)?.[1];
    if (!kind) return undefined;
    const visibility = registered?.isInternal === true ? "internal" : "public";
    // Modules that say "use node" are at home here.
    return { path, component, kind, visibility, runsOn: "device" };
  }

  within<Result>(
    surroundings: Surroundings,
    _isNested: boolean,
    work: (modules: LoadedModules) => Promise<Result>,
  ): Promise<Result> {
    return noting(() => runAs(this, surroundings, () => work(this.loaded)));
  }

  has(component: string, module: string): boolean {
    return this.folders.get(component)?.has(module) ?? false;
  }

  /** The texts of all functions that modules export, for the tables that they name. */
  async texts(component: string): Promise<string[]> {
    return (await this.folders.get(component)?.texts()) ?? [];
  }
}

class Folder {
  private readonly loaders = new Map<string, () => Promise<ModuleExports>>();

  constructor(modules: ModuleMap) {
    // What all paths have in common is found by the one folder that is always there.
    const generated = Object.keys(modules).find((path) => path.includes("_generated"));
    if (generated === undefined) {
      throw new SynclineError(
        "invalid",
        'the modules lack the folder "_generated": run codegen, and let import.meta.glob include it ' +
          '("./**/*.*s" beside schema.ts)',
      );
    }
    const [root = ""] = generated.split("_generated", 1);
    for (const [path, load] of Object.entries(modules)) {
      if (path.startsWith(root)) {
        this.loaders.set(path.slice(root.length).replace(/\.[^.]+$/, ""), load);
      }
    }
  }

  has(module: string): boolean {
    return this.loaders.has(module);
  }

  async load(module: string): Promise<ModuleExports | undefined> {
    return await this.loaders.get(module)?.();
  }

  async texts(): Promise<string[]> {
    const modules = await Promise.all(
      // What cannot be loaded says so when it is called.
      [...this.loaders.values()].map((load) => load().catch((): ModuleExports => ({}))),
    );
    return modules.flatMap((exports) =>
      Object.values(exports).flatMap((value) => {
        const handler = (value as { _handler?: unknown } | null)?._handler ?? value;
        return typeof handler === "function" ? [Function.prototype.toString.call(handler)] : [];
      }),
    );
  }
}
