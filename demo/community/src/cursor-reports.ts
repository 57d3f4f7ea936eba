// CursorReports: tells where the cursor stands, at most a few times a second, the last place always. Without a
// connection nobody could see it, and each report would wait to be sent: there it tells nothing.
export interface CursorPlace {
  anchor: number;
  head: number;
}

export const reportEveryMs = 150;

export class CursorReports {
  private due: CursorPlace | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private told = false;

  // A report that fails is made good by the next one.
  constructor(
    private readonly tell: (at: CursorPlace | null) => Promise<unknown>,
    private readonly isOnline: () => boolean,
  ) {}

  report(at: CursorPlace): void {
    this.due = at;
    this.wake();
  }

  /** To be called when there is a connection again. */
  wake(): void {
    this.timer ??= setTimeout(() => this.flush(), reportEveryMs);
  }

  end(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.told) void this.tell(null).catch(() => {});
  }

  private flush(): void {
    this.timer = null;
    if (this.due === null || !this.isOnline()) return;
    this.told = true;
    void this.tell(this.due).catch(() => {});
    this.due = null;
  }
}
