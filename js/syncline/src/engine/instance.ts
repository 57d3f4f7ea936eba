// Instance: the application's modules, loaded for one execution at a time. InstancePool: keeps a few for
// the next executions, because loading takes longer than most functions run.
//
// An ended function may have left work behind that it did not await. It must never reach the next
// execution: functions have no timers and no network, so whatever can still run does so before the event
// loop's next turn, and only then is an instance used again (host.test.ts tries).
import type { ApplicationFactory, ModuleLoader } from "./application.ts";
import { makeGlobals, type Surroundings } from "./globals.ts";
import { SeededRandom } from "./random.ts";

export class Instance {
  readonly modules: Readonly<Record<string, ModuleLoader>>;
  private surroundings: Surroundings = outside;

  constructor(factory: ApplicationFactory) {
    this.modules = factory(makeGlobals(() => this.surroundings));
  }

  enter(surroundings: Surroundings): void {
    this.surroundings = surroundings;
  }

  leave(): void {
    this.surroundings = { ...this.surroundings, convex: ended };
  }
}

const idleMax = 16;

export class InstancePool {
  private readonly idle: Instance[] = [];

  constructor(private readonly factory: ApplicationFactory) {}

  take(): Instance {
    return this.idle.pop() ?? new Instance(this.factory);
  }

  // For an instance whose function has ended; one that was given up is never used again.
  giveBack(instance: Instance): void {
    instance.leave();
    nextTurn(() => {
      if (this.idle.length < idleMax) this.idle.push(instance);
    });
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

// Runs after everything that waits only for promises.
export function nextTurn(run: () => void): void {
  if (typeof setImmediate === "function") {
    setImmediate(run);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    run();
  };
  port2.postMessage(null);
}
