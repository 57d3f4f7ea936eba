// Instance: the application's modules, loaded for one function at a time. BundledModules: the instances of
// a bundled application; it keeps a few, because loading takes longer than most functions run.
//
// An ended function may have left work behind that it did not await. It must never reach the next
// one: queries and mutations have no timers and no network, so whatever can still run does so before the
// event loop's next turn, and only then is an instance used again (host.test.ts tries). An instance whose
// work goes on elsewhere (an action's, a digest) is never used again.
import { ConvexError, jsonToConvex } from "convex/values";
import type { App, ApplicationFactory, FunctionInfo, ModuleLoader } from "./application.ts";
import { makeGlobals, type Surroundings } from "./globals.ts";
import { GivenUp, type LoadedModules, type ModuleExports, type ModuleSource } from "./modules.ts";
import { nextTurn } from "./next-turn.ts";
import { SeededRandom } from "./random.ts";
import { knowPlaceholder } from "./values.ts";

export class Instance {
  private readonly loaders: Readonly<Record<string, ModuleLoader>>;
  private readonly loaded = new Map<string, Record<string, unknown>>();
  private surroundings: Surroundings = outside;
  private waitingFor = 0; // work outside of JavaScript

  constructor(factory: ApplicationFactory) {
    this.loaders = factory(
      makeGlobals(
        () => this.surroundings,
        (work) => this.wait(work),
      ),
    );
  }

  get isWaiting(): boolean {
    return this.waitingFor > 0;
  }

  paths(): string[] {
    return Object.keys(this.loaders);
  }

  // A module's exports; undefined if there is no such module. Throws what the module throws.
  module(path: string): Record<string, unknown> | undefined {
    let loaded = this.loaded.get(path);
    if (!loaded) {
      loaded = Object.hasOwn(this.loaders, path) ? this.loaders[path]?.() : undefined;
      if (loaded) this.loaded.set(path, loaded);
    }
    return loaded;
  }

  enter(surroundings: Surroundings): void {
    this.surroundings = surroundings;
  }

  leave(): void {
    this.surroundings = { ...this.surroundings, convex: ended };
  }

  private wait(work: Promise<unknown>): void {
    ++this.waitingFor;
    const done = (): void => void --this.waitingFor;
    work.then(done, done);
  }
}

// How many queries and mutations that clients call run at a time; the others wait for an instance. One
// thread runs them all, so more would only take more memory.
const instancesMax = 8;

export class BundledModules implements ModuleSource {
  private readonly infos = new Map<string, FunctionInfo>();
  private readonly idle: Instance[] = [];
  private readonly waiting: ((instance: Instance) => void)[] = [];
  // Idle, resting or taken by somebody who may have had to wait. The others are extra: an action holds
  // its instance for long, and what a function calls must not wait for that function's own.
  private count = 0;
  private resting = 0; // ended, until the next turn

  constructor(private readonly app: Pick<App, "factory" | "functions">) {
    for (const info of app.functions) this.infos.set(keyOf(info.component, info.path), info);
  }

  find(component: string, path: string): FunctionInfo | undefined {
    return this.infos.get(keyOf(component, path));
  }

  async within<Result>(
    surroundings: Surroundings,
    isNested: boolean,
    work: (modules: LoadedModules) => Promise<Result>,
  ): Promise<Result> {
    const isAction = surroundings.kind === "action";
    const isExtra = isNested || isAction;
    const instance = isExtra ? this.takeExtra() : await this.take();
    let isReusable = !isAction;
    try {
      instance.enter(surroundings);
      return await work(loadedModulesOf(instance));
    } catch (error) {
      if (error instanceof GivenUp) isReusable = false;
      throw error;
    } finally {
      instance.leave();
      if (!isExtra) --this.count;
      if (isReusable && !instance.isWaiting) this.rest(instance);
      else this.serveWaiting();
    }
  }

  private takeExtra(): Instance {
    const instance = this.idle.pop();
    if (instance) --this.count;
    return instance ?? new Instance(this.app.factory);
  }

  private async take(): Promise<Instance> {
    const instance = this.idle.pop();
    if (instance) return instance;
    // Waiting for the next turn is quicker than loading.
    if (this.resting > 0 || this.count >= instancesMax) {
      return new Promise((resolve) => this.waiting.push(resolve));
    }
    const loaded = new Instance(this.app.factory);
    ++this.count;
    return loaded;
  }

  private rest(instance: Instance): void {
    ++this.resting;
    nextTurn(() => {
      --this.resting;
      if (this.count < instancesMax) {
        ++this.count;
        const next = this.waiting.shift();
        if (next) next(instance);
        else this.idle.push(instance);
      }
      this.serveWaiting();
    });
  }

  // Places are free that nobody comes back to.
  private serveWaiting(): void {
    while (this.waiting.length > 0 && this.resting === 0 && this.count < instancesMax) {
      ++this.count;
      this.waiting.shift()?.(new Instance(this.app.factory));
    }
  }
}

function keyOf(component: string, path: string): string {
  return component === "" ? path : `${component}|${path}`;
}

function loadedModulesOf(instance: Instance): LoadedModules {
  return {
    load: (component, module) => instance.module(keyOf(component, module)),
    get ConvexError() {
      return (valuesOf(instance)["ConvexError"] ?? ConvexError) as LoadedModules["ConvexError"];
    },
    get commitTs() {
      const convert = (valuesOf(instance)["jsonToConvex"] ?? jsonToConvex) as typeof jsonToConvex;
      const placeholder = convert({ $commitTs: null });
      knowPlaceholder(placeholder as object);
      return placeholder;
    },
  };
}

// The modules' own convex/values: the bundler gives it beside them; a factory from elsewhere may lack it.
function valuesOf(instance: Instance): ModuleExports {
  return instance.module("convex/values") ?? {};
}

function refuse(message: string): Surroundings["convex"] {
  const fail = (): never => {
    throw new Error(message);
  };
  return { syscall: fail, asyncSyscall: async () => fail(), jsSyscall: fail };
}

const ended = refuse("this function has ended: await every call of ctx before it returns");

// While modules are loaded.
const outside: Surroundings = {
  convex: refuse("the database can only be used within a function, not while modules are loaded"),
  nowMs: 0,
  random: SeededRandom.fromSystem(),
  kind: "query",
};
