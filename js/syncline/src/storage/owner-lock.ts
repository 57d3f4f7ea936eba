// OwnerLock: a lock file that says which process owns a database in Node. Node has no flock, so the
// file names its owner, and a lock whose owner is dead is taken over.
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { SynclineError } from "../error.ts";

// When a process started, in clock ticks since boot; "" where the system has no /proc. With it, a
// process id that was given away again (in a container always 1) is not taken for the old owner.
function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything; field 22 is the 20th after it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function isAlive(owner: string): boolean {
  const [pidText, start] = owner.trim().split(":");
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const now = processStart(pid);
  return now === "" || start === "" || now === start;
}

function readOwner(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

export class OwnerLock {
  private held = true;

  private constructor(private readonly path: string) {}

  // Throws "conflict" if a living process owns it.
  static take(path: string): OwnerLock {
    // Written aside and linked, so that a lock never exists without its owner's name.
    const own = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}`;
    writeFileSync(own, `${process.pid}:${processStart(process.pid)}\n`, { flag: "wx" });
    try {
      for (let attempt = 0; attempt < 3; ++attempt) {
        try {
          linkSync(own, path);
          return new OwnerLock(path);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        }
        const owner = readOwner(path);
        if (owner === undefined) continue;
        if (isAlive(owner)) {
          throw new SynclineError(
            "conflict",
            `the data at ${path.replace(/\.lock$/, "")} is already open in process ${owner.split(":")[0]}`,
          );
        }
        OwnerLock.removeStale(path, owner);
      }
    } finally {
      rmSync(own, { force: true });
    }
    throw new SynclineError("conflict", `the lock ${path} changes hands all the time`);
  }

  release(): void {
    if (!this.held) return;
    this.held = false;
    rmSync(this.path, { force: true });
  }

  // Moves the dead owner's lock away. If somebody else was quicker and it is a living owner's lock
  // that was moved, it is put back.
  private static removeStale(path: string, staleOwner: string): void {
    const aside = `${path}.stale-${process.pid}`;
    try {
      renameSync(path, aside);
    } catch {
      return; // gone already
    }
    if (readOwner(aside) !== staleOwner) {
      try {
        linkSync(aside, path);
      } catch {
        // A third one has it now; the one displaced holds open files and fails at its next lock.
      }
    }
    rmSync(aside, { force: true });
  }
}
