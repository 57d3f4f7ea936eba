// LiveUndo: what can be undone in one scope, as an external store of React's.
import type { Syncline, UndoState } from "../client/types.ts";

export class LiveUndo {
  private last: UndoState = { undo: [], redo: [] };
  private readonly listeners = new Set<() => void>();
  private stop: (() => void) | null = null;

  constructor(
    private readonly client: Pick<Syncline, "onUndoState">,
    private readonly scope: string,
  ) {}

  readonly state = (): UndoState => this.last;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    this.stop ??= this.client.onUndoState(this.scope, (state) => {
      this.last = state;
      for (const each of [...this.listeners]) each();
    });
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.stop?.();
      this.stop = null;
    };
  };
}
