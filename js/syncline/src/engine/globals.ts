// The globals that an instance of the application sees: the syscalls, clock and random numbers of the
// execution that it runs at the moment, and no way out to the network or to timers.
import type { ConvexHost, ExecutionGlobals } from "./application.ts";
import type { SeededRandom } from "./random.ts";

export interface Surroundings {
  convex: ConvexHost;
  // Stands still during an execution.
  nowMs: number;
  random: SeededRandom;
  // "query", "mutation": for messages.
  kind: string;
}

// `current` is asked at every use, because an instance runs many executions, one after another.
export function makeGlobals(current: () => Surroundings): ExecutionGlobals {
  const refuse = (name: string) => (): never => {
    throw new Error(
      `${name} is not available in a ${current().kind}: its result must depend on the database and ` +
        "its arguments alone. Do this in the page, or in an action.",
    );
  };
  return {
    Convex: {
      syscall: (operation, args) => current().convex.syscall(operation, args),
      asyncSyscall: (operation, args) => current().convex.asyncSyscall(operation, args),
      jsSyscall: (operation, args) => current().convex.jsSyscall(operation, args),
    },
    Date: frozenDate(() => current().nowMs),
    Math: Object.create(Math, { random: { value: () => current().random.next() } }) as Math,
    crypto: {
      getRandomValues: (array) => current().random.fill(array),
      randomUUID: () => current().random.uuid(),
    },
    performance: { now: () => 0 },
    process: { env: {} },
    fetch: refuse("fetch"),
    setTimeout: refuse("setTimeout"),
    setInterval: refuse("setInterval"),
    setImmediate: refuse("setImmediate"),
    WebSocket: refuse("WebSocket"),
    XMLHttpRequest: refuse("XMLHttpRequest"),
  };
}

// A proxy and not a subclass, because Date may also be called without new.
function frozenDate(now: () => number): DateConstructor {
  const frozen: DateConstructor = new Proxy(Date, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(
        target,
        args.length > 0 ? args : [now()],
        newTarget === frozen ? target : newTarget,
      ) as Date,
    apply: () => new Date(now()).toString(),
    get: (target, key) => (key === "now" ? now : (Reflect.get(target, key) as unknown)),
  });
  return frozen;
}
