// UndoStates: who wants to know what can be undone in which scope, and what they were last told.
import type { Engine } from "../engine/engine.ts";
import { callSafely } from "./call-safely.ts";
import type { UndoState } from "./types.ts";

interface Watcher {
  scope: string;
  callback(state: UndoState): void;
  text: string; // of what it was told
}

const nothing: UndoState = { undo: [], redo: [] };

export class UndoStates {
  private readonly watchers = new Set<Watcher>();

  // Told with the next refresh, and whenever the state differs then. Returns how to stop.
  watch(scope: string, callback: (state: UndoState) => void): () => void {
    const watcher: Watcher = { scope, callback, text: "" };
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }

  // Null: nobody's database is open. REQUIRES: to be called from EngineListener.changed or within
  // engine.exclusively.
  refresh(engine: Pick<Engine, "undoReports"> | null): void {
    const states = new Map<string, UndoState>();
    for (const watcher of [...this.watchers]) {
      const { scope, callback } = watcher;
      const state = states.get(scope) ?? engine?.undoReports(scope) ?? nothing;
      states.set(scope, state);
      const text = JSON.stringify(state);
      if (text === watcher.text) continue;
      watcher.text = text;
      callSafely(() => callback(state));
    }
  }
}
