// ActionSlots: how many actions run at a time. The others wait in line; closing sends them away.
import { SynclineError } from "../error.ts";

export const actionLimits = { running: 64, waiting: 1000 } as const;

export class ActionSlots {
  private running = 0;
  private isClosed = false;
  private readonly waiting: ((place: "yours" | "closed") => void)[] = [];
  private readonly abandon = new Set<(error: SynclineError) => void>();

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.isClosed) throw closed();
    if (this.running >= actionLimits.running) await this.wait();
    else ++this.running;
    let give = (_: SynclineError): void => {};
    const given = new Promise<never>((_, reject) => {
      give = reject;
      this.abandon.add(give);
    });
    try {
      return await Promise.race([work(), given]);
    } finally {
      this.abandon.delete(give);
      this.leave();
    }
  }

  // Nobody waits for those that run any more.
  close(): void {
    this.isClosed = true;
    for (const next of this.waiting.splice(0)) next("closed");
    for (const give of [...this.abandon]) give(closed());
  }

  private async wait(): Promise<void> {
    if (this.waiting.length >= actionLimits.waiting) {
      throw new SynclineError(
        "unavailable",
        `${actionLimits.running} actions run and ${actionLimits.waiting} wait: try again later`,
      );
    }
    const place = await new Promise((resolve) => this.waiting.push(resolve));
    if (place === "closed") throw closed();
  }

  private leave(): void {
    const next = this.waiting.shift();
    if (next) next("yours");
    else --this.running;
  }
}

function closed(): SynclineError {
  return new SynclineError(
    "unavailable",
    "this action was given up: its data were closed, or somebody else signed in",
  );
}
