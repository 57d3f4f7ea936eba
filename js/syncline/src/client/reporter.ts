// Reporter: puts together what is told of a person's database: status, pending and refused mutations.
import type { Engine } from "../engine/engine.ts";
import type { CoreEvents } from "../engine/operations.ts";
import type { ErrorData } from "../error.ts";
import type { Reports } from "./messages.ts";
import type { SessionStatus } from "./session.ts";
import { keyText, type MutationKey, type SyncStatus } from "./types.ts";

const offline: SessionStatus = { connection: "offline", sync: "offline", problem: null };
// The lists are reported at most this often, and for at most a thirtieth of the time: a long outbox
// takes milliseconds to list.
const listsMs = 150;
const listsShare = 30;

export class Reporter {
  private engine: Engine | null = null;
  private session: SessionStatus = offline;
  private problem: ErrorData | null = null;
  private pending = 0;
  private reported = "";
  private listsCostMs = 0; // of the last time
  private timer: ReturnType<typeof setTimeout> | undefined;
  // Refusals that are being seen to.
  private readonly hidden = new Set<string>();

  constructor(
    private readonly storage: SyncStatus["storage"],
    private readonly onReports: (reports: Partial<Reports>) => void,
  ) {}

  enter(engine: Engine): void {
    this.engine = engine;
    void this.reportLists();
  }

  // The person's database is closed: nothing is pending, nothing is wrong.
  leave(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.engine = null;
    this.session = offline;
    this.problem = null;
    this.pending = 0;
    this.hidden.clear();
    this.onReports({ pending: [], refused: [] });
    this.report();
  }

  // A refusal that the application need not hear of unless it is shown.
  hide(key: MutationKey): void {
    this.hidden.add(keyText(key));
  }

  show(key: MutationKey): void {
    if (this.hidden.delete(keyText(key))) this.scheduleLists();
  }

  setSession(status: SessionStatus): void {
    this.session = status;
    this.report();
  }

  // A problem of the data here; it goes before one of the connection.
  setProblem(problem: ErrorData | null): void {
    this.problem = problem;
    this.report();
  }

  take(events: CoreEvents): void {
    const before = this.pending;
    this.pending = events.pending;
    if (before > 0 || events.pending > 0 || events.refused.length > 0) this.scheduleLists();
    this.report();
  }

  async reportLists(): Promise<void> {
    const { engine } = this;
    await engine?.exclusively(() => {
      if (engine.isClosed || this.engine !== engine) return;
      const begin = performance.now();
      const refused = engine
        .refused()
        .filter((each) => !this.hidden.has(keyText(each)))
        .map((each) => ({
          ...each,
          // The core says "" for what does not apply.
          table: each.table || null,
          row: each.row || null,
          rule: each.rule || null,
        }));
      this.onReports({ pending: engine.pending(), refused });
      this.listsCostMs = performance.now() - begin;
    });
  }

  private scheduleLists(): void {
    this.timer ??= setTimeout(
      () => {
        this.timer = undefined;
        // What stops the core is told where it happens.
        this.reportLists().catch(() => {});
      },
      Math.max(listsMs, listsShare * this.listsCostMs),
    );
  }

  // Says nothing twice: a message to the page costs more than comparing.
  private report(): void {
    const { connection, sync, problem } = this.session;
    const { pending, storage } = this;
    const status: SyncStatus = {
      connection,
      sync,
      pending,
      storage,
      problem: this.problem ?? problem,
    };
    const text = JSON.stringify(status);
    if (text === this.reported) return;
    this.reported = text;
    this.onReports({ status });
  }
}
