// LiveSql: one live SQL statement as an external store of React's. It runs while somebody has subscribed,
// and remembers its last result for whoever subscribes again (StrictMode does so at once).
import type { Value } from "convex/values";
import type { SqlResult, Syncline } from "../client/types.ts";

interface State {
  result?: SqlResult;
  error?: Error;
}

export class LiveSql {
  private last: State = {};
  private readonly listeners = new Set<() => void>();
  private stop: (() => void) | null = null;

  constructor(
    private readonly client: Pick<Syncline, "onSql">,
    private readonly text: string,
    private readonly args: Value[],
  ) {}

  readonly state = (): State => this.last;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    this.stop ??= this.client.onSql(
      this.text,
      this.args,
      (result) => this.tell({ result }),
      (error) => this.tell({ error }),
    );
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.stop?.();
      this.stop = null;
    };
  };

  private tell(state: State): void {
    this.last = state;
    for (const listener of [...this.listeners]) listener();
  }
}
