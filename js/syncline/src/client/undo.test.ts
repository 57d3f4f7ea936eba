// In which scope mutations can be undone, and who is told what can be.
import { expect, it, vi } from "vitest";
import type { UndoState } from "./types.ts";
import { firstState, scopeOf, scopeOfMessage } from "./undo-scope.ts";
import { UndoStates } from "./undo-states.ts";

const undo = (path: string, args: Record<string, unknown>): string | null =>
  path === "tasks:edit" ? `task ${String(args["id"])}` : null;

it("asks the application for the scope, by path and values", () => {
  expect(scopeOf(undo, "tasks.js:edit", { id: { $integer: "AQAAAAAAAAA=" } })).toBe("task 1");
  expect(scopeOf(undo, "tasks:list", {})).toBeNull();
  expect(scopeOf(undefined, "tasks:edit", {})).toBeNull();
});

it("finds the mutations among a Convex client's messages", () => {
  const message = { requestId: 1, udfPath: "tasks:edit", args: [{ id: "Mutation" }] };
  const scope = (type: string) => scopeOfMessage(undo, JSON.stringify({ type, ...message }));
  expect(scope("Mutation")).toBe("task Mutation");
  expect(scope("Action")).toBeNull();
});

it("makes a mutation that cannot be undone of one whose scope fails, and reports it", async () => {
  const reported: unknown[] = [];
  const queue = vi.spyOn(globalThis, "queueMicrotask").mockImplementation((run) => {
    try {
      run();
    } catch (error) {
      reported.push(error);
    }
  });
  const fails = (): string => {
    throw new Error("no such task");
  };
  expect(scopeOf(fails, "tasks:edit", {})).toBeNull();
  queue.mockRestore();
  expect(reported).toEqual([new Error("no such task")]);
});

it("tells who watches a scope of each change, once", () => {
  const states = new UndoStates();
  const state: Record<string, UndoState> = {};
  const engine = { undoReports: vi.fn((scope: string) => state[scope] ?? { undo: [], redo: [] }) };
  const told: [string, number][] = [];
  const stop = states.watch("a", ({ undo }) => told.push(["a", undo.length]));
  states.watch("a", ({ undo }) => told.push(["also a", undo.length]));
  states.watch("b", ({ undo }) => told.push(["b", undo.length]));
  states.refresh(engine);
  expect(told.splice(0)).toEqual([
    ["a", 0],
    ["also a", 0],
    ["b", 0],
  ]);
  expect(engine.undoReports).toHaveBeenCalledTimes(2);
  state["a"] = { undo: [{ path: "tasks:edit", at: 1 }], redo: [] };
  states.refresh(engine);
  states.refresh(engine);
  expect(told.splice(0)).toEqual([
    ["a", 1],
    ["also a", 1],
  ]);
  stop();
  states.refresh(null);
  expect(told).toEqual([["also a", 0]]);
});

it("asks once for the state of now", async () => {
  const states = new UndoStates();
  const first = firstState((callback) => states.watch("a", callback));
  states.refresh(null);
  expect(await first).toEqual({ undo: [], redo: [] });
});
