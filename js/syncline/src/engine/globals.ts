// The globals that an instance of the application sees: the syscalls, clock and random numbers of the
// function that it runs at the moment. Queries and mutations have no way out to the network or to timers;
// actions have the real ones.
import type { ConvexHost, ExecutionGlobals } from "./application.ts";
import type { SeededRandom } from "./random.ts";

export interface Surroundings {
  convex: ConvexHost;
  kind: "query" | "mutation" | "action";
  // Stands still during a query or mutation. An action's is the real time.
  nowMs: number;
  random: SeededRandom;
}

// `current` is asked at every use, because an instance runs many functions, one after another.
// `onWait` is told of work that goes on outside of JavaScript, which may outlive a function.
export function makeGlobals(
  current: () => Surroundings,
  onWait: (work: Promise<unknown>) => void,
): ExecutionGlobals {
  const isAction = (): boolean => current().kind === "action";
  const onlyInActions = <Name extends (typeof actionGlobals)[number]>(name: Name): never =>
    // What replaces a global in a test is replaced here as well.
    function (this: unknown, ...args: unknown[]): unknown {
      if (!isAction()) {
        throw new Error(
          `${name} is not available in a ${current().kind}: its result must depend on the database ` +
            "and its arguments alone. Do this in the page, or in an action.",
        );
      }
      const real = globalThis[name] as unknown as new (...args: unknown[]) => unknown;
      if (new.target) return new real(...args);
      return (real as unknown as (...args: unknown[]) => unknown)(...args);
    } as never;
  return {
    Convex: {
      syscall: (operation, args) => current().convex.syscall(operation, args),
      asyncSyscall: (operation, args) => current().convex.asyncSyscall(operation, args),
      jsSyscall: (operation, args) => current().convex.jsSyscall(operation, args),
    },
    Date: dateOf(() => (isAction() ? Date.now() : current().nowMs)),
    Math: Object.create(Math, {
      random: { value: () => (isAction() ? Math.random() : current().random.next()) },
    }) as Math,
    crypto: {
      getRandomValues: (array) =>
        isAction() ? crypto.getRandomValues(array as never) : current().random.fill(array),
      randomUUID: () => (isAction() ? crypto.randomUUID() : current().random.uuid()),
      subtle: watched(crypto.subtle, onWait),
    },
    performance: { now: () => (isAction() ? performance.now() : 0) },
    process: { env: {} },
    fetch: onlyInActions("fetch"),
    setTimeout: onlyInActions("setTimeout"),
    setInterval: onlyInActions("setInterval"),
    setImmediate: onlyInActions("setImmediate"),
    WebSocket: onlyInActions("WebSocket"),
    XMLHttpRequest: onlyInActions("XMLHttpRequest"),
  };
}

const actionGlobals = [
  "fetch",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "WebSocket",
  "XMLHttpRequest",
] as const;

// A proxy and not a subclass, because Date may also be called without new.
function dateOf(now: () => number): DateConstructor {
  const own: DateConstructor = new Proxy(Date, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(
        target,
        args.length > 0 ? args : [now()],
        newTarget === own ? target : newTarget,
      ) as Date,
    apply: () => new Date(now()).toString(),
    get: (target, key) => (key === "now" ? now : (Reflect.get(target, key) as unknown)),
  });
  return own;
}

// Digests and signatures depend on their input alone, but are made on another thread.
function watched(
  subtle: SubtleCrypto | undefined,
  onWait: (work: Promise<unknown>) => void,
): SubtleCrypto {
  // Without a secure context there is none.
  if (!subtle) return undefined as unknown as SubtleCrypto;
  return new Proxy(subtle, {
    get(target, key) {
      const member = Reflect.get(target, key, target) as unknown;
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        const work = Reflect.apply(member, target, args) as Promise<unknown>;
        onWait(work);
        return work;
      };
    },
  });
}
