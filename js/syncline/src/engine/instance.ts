// Instance: the application's modules, loaded for one execution at a time. InstancePool: keeps a few for
// the next executions, because loading takes longer than most functions run.
//
// An ended function may have left work behind that it did not await. It must never reach the next
// execution: functions have no timers and no network, so whatever can still run does so before the event
// loop's next turn, and only then is an instance used again (host.test.ts tries).
import type { ApplicationFactory, ModuleLoader } from "./application.ts";
import { makeGlobals, type Surroundings } from "./globals.ts";
import { nextTurn } from "./next-turn.ts";
import { SeededRandom } from "./random.ts";

export class Instance {
  private readonly loaders: Readonly<Record<string, ModuleLoader>>;
  private readonly loaded = new Map<string, Record<string, unknown>>();
  private surroundings: Surroundings = outside;

  constructor(factory: ApplicationFactory) {
    this.loaders = factory(makeGlobals(() => this.surroundings));
  }

  paths(): string[] {
    return Object.keys(this.loaders);
  }

  // A module's exports; undefined if there is no such module. Throws what the module throws.
  module(path: string): Record<string, unknown> | undefined {
    const loaded = this.loaded.get(path) ?? this.loaders[path]?.();
    if (loaded) this.loaded.set(path, loaded);
    return loaded;
  }

  enter(surroundings: Surroundings): void {
    this.surroundings = surroundings;
  }

  leave(): void {
    this.surroundings = { ...this.surroundings, convex: ended };
  }
}

// How many functions run at a time; the others wait for an instance. One thread runs them all, so more
// would only take more memory.
const instancesMax = 8;

export class InstancePool {
  private readonly idle: Instance[] = [];
  private readonly waiting: ((instance: Instance) => void)[] = [];
  private count = 0;
  private resting = 0; // ended, until the next turn

  constructor(private readonly factory: ApplicationFactory) {}

  async take(): Promise<Instance> {
    const instance = this.idle.pop();
    if (instance) return instance;
    // Waiting for the next turn is quicker than loading.
    if (this.resting === 0 && this.count < instancesMax) return this.load();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  // For an instance whose function has ended.
  giveBack(instance: Instance): void {
    instance.leave();
    ++this.resting;
    nextTurn(() => {
      --this.resting;
      const next = this.waiting.shift();
      if (next) next(instance);
      else this.idle.push(instance);
    });
  }

  // For one whose function was given up: it may still wake up, so nobody uses it again.
  discard(instance: Instance): void {
    instance.leave();
    --this.count;
    const next = this.waiting.shift();
    if (next) next(this.load());
  }

  private load(): Instance {
    ++this.count;
    try {
      return new Instance(this.factory);
    } catch (error) {
      --this.count;
      throw error;
    }
  }
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
  convex: refuse("the database can only be used within a function"),
  nowMs: Date.now(),
  random: SeededRandom.fromSystem(),
  kind: "module",
};
