// Changes: waits for files to change. What changes while nobody waits is told to the next who does.
import { type FSWatcher, watch } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";

// An editor writes a file in several steps, and a branch switch many files.
const quietMs = 100;

export class Changes {
  private readonly watchers = new Map<string, FSWatcher>();
  private readonly changed = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private wake: (() => void) | undefined;
  private isSettled = false;
  private files: ReadonlySet<string> = new Set();

  /** Watches everything below the folder but what codegen writes there. */
  constructor(private readonly folder: string) {
    this.add(resolve(folder), true);
  }

  /** Also watches these files, wherever they are; packages are taken as they are. */
  follow(files: readonly string[]): void {
    const inside = `${resolve(this.folder)}${sep}`;
    const project = dirname(resolve(this.folder));
    const outside = files.filter(
      (file) =>
        !file.startsWith(inside) && !relative(project, file).split(sep).includes("node_modules"),
    );
    this.files = new Set(outside);
    const folders = new Set(outside.map((file) => dirname(file)));
    for (const folder of folders) this.add(folder, false);
    for (const [folder, watcher] of this.watchers) {
      if (folder === resolve(this.folder) || folders.has(folder)) continue;
      watcher.close();
      this.watchers.delete(folder);
    }
  }

  /** The files that have changed since the last call, at least one; none if the signal stops it. */
  async next(signal: AbortSignal): Promise<string[]> {
    const stop = (): void => this.wake?.();
    signal.addEventListener("abort", stop, { once: true });
    while (!this.isSettled && !signal.aborted) {
      await new Promise<void>((done) => {
        this.wake = done;
      });
    }
    signal.removeEventListener("abort", stop);
    this.isSettled = false;
    const changed = [...this.changed];
    this.changed.clear();
    return signal.aborted ? [] : changed;
  }

  close(): void {
    clearTimeout(this.timer);
    for (const watcher of this.watchers.values()) watcher.close();
  }

  private add(folder: string, recursive: boolean): void {
    if (this.watchers.has(folder)) return;
    const watcher = watch(folder, { recursive }, (_event, name) => {
      if (name === null) return;
      const file = resolve(folder, name);
      if (recursive ? isGenerated(name) : !this.files.has(file)) return;
      this.changed.add(file);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        this.isSettled = true;
        this.wake?.();
      }, quietMs);
    });
    // A folder that vanishes: what is left says so when it is read.
    watcher.on("error", () => {});
    this.watchers.set(folder, watcher);
  }
}

function isGenerated(name: string): boolean {
  return name.split(sep).includes("_generated");
}
