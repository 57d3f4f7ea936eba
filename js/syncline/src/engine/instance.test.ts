// Instances: which function gets which, and what it finds in it.
import { expect, it } from "vitest";
import type { ExecutionGlobals } from "./application.ts";
import type { Surroundings } from "./globals.ts";
import { BundledModules } from "./instance.ts";
import { GivenUp, type LoadedModules } from "./modules.ts";
import { SeededRandom } from "./random.ts";

let made = 0;

// An application of one module that shows its instance.
const factory = (globals: ExecutionGlobals) => {
  const number = made++;
  return { own: () => ({ number, globals }) };
};

interface Own {
  number: number;
  globals: ExecutionGlobals;
}

const surroundings = (kind: Surroundings["kind"]): Surroundings => ({
  convex: { syscall: () => kind, asyncSyscall: async () => kind, jsSyscall: () => kind },
  kind,
  nowMs: 5,
  random: SeededRandom.fromSystem(),
});

const own = (modules: LoadedModules): Own => modules.load("", "own") as unknown as Own;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function numberOf(
  modules: BundledModules,
  kind: Surroundings["kind"] = "query",
  work: (own: Own) => Promise<void> = async () => {},
): Promise<number> {
  const number = await modules.within(surroundings(kind), false, async (loaded) => {
    await work(own(loaded));
    return own(loaded).number;
  });
  await turn();
  return number;
}

it("are used again, but only when nothing of the last function can still run", async () => {
  const modules = new BundledModules({ factory, functions: [] });
  const first = await numberOf(modules);
  expect(await numberOf(modules)).toBe(first);
  // A digest is made on another thread, and may come back at any time.
  await numberOf(modules, "query", async ({ globals }) => {
    void globals.crypto.subtle.digest("SHA-256", new Uint8Array(1 << 20));
  });
  expect(await numberOf(modules)).not.toBe(first);
  const action = await numberOf(modules, "action");
  expect(await numberOf(modules)).not.toBe(action);
});

it("are not used again after a function was given up", async () => {
  const modules = new BundledModules({ factory, functions: [] });
  const first = await numberOf(modules);
  await modules
    .within(surroundings("query"), false, async () => {
      throw new GivenUp("unavailable", "it hangs");
    })
    .catch(() => {});
  await turn();
  expect(await numberOf(modules)).not.toBe(first);
});

it("are eight for those that may wait, and more for those that others wait for", async () => {
  const modules = new BundledModules({ factory, functions: [] });
  const ends: (() => void)[] = [];
  let begun = 0;
  const hold = (kind: Surroundings["kind"], isNested: boolean): Promise<void> =>
    modules.within(surroundings(kind), isNested, () => {
      ++begun;
      return new Promise<void>((end) => ends.push(end));
    });
  const held = Array.from({ length: 10 }, () => hold("query", false));
  await turn();
  expect(begun).toBe(8);
  held.push(hold("mutation", true), hold("action", false));
  await turn();
  expect(begun).toBe(10);
  ends.shift()?.();
  await turn();
  await turn();
  expect(begun).toBe(11);
  while (ends.length > 0) {
    ends.shift()?.();
    await turn();
    await turn();
  }
  await Promise.all(held);
  expect(begun).toBe(12);
});

it("give actions the real world and the others none", async () => {
  const modules = new BundledModules({ factory, functions: [] });
  await numberOf(modules, "mutation", async ({ globals }) => {
    expect(globals.Date.now()).toBe(5);
    expect(() => globals.setTimeout(() => {}, 1)).toThrow(
      "setTimeout is not available in a mutation",
    );
    expect(() => new globals.WebSocket("ws://localhost")).toThrow("WebSocket is not available");
    expect(globals.Convex.syscall("", "")).toBe("mutation");
  });
  await numberOf(modules, "action", async ({ globals }) => {
    expect(globals.Date.now()).toBeGreaterThan(5);
    await new Promise<void>((resolve) => globals.setTimeout(() => resolve(), 1));
    expect(await (await globals.fetch("data:,hello")).text()).toBe("hello");
    expect(globals.Convex.syscall("", "")).toBe("action");
  });
});

it("tell a function that has ended", async () => {
  const modules = new BundledModules({ factory, functions: [] });
  let kept: ExecutionGlobals | undefined;
  await numberOf(modules, "query", async ({ globals }) => {
    kept = globals;
  });
  expect(() => kept?.Convex.syscall("", "")).toThrow("has ended");
});
