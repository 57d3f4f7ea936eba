// CaughtUp: waiting until the device has all that the relay has told it, or until it is plain that there is
// no connection.
import { SynclineError } from "../error.ts";
import type { SessionStatus } from "./session.ts";

// Somebody who asks while the first connection is being made waits this long for it.
const connectMs = 5_000;

interface Waiter {
  resolve(): void;
  reject(error: SynclineError): void;
  canWait: boolean;
  late: ReturnType<typeof setTimeout> | undefined;
}

export class CaughtUp {
  private status: Pick<SessionStatus, "connection" | "sync"> | null = null; // null: no session
  private readonly waiters = new Set<Waiter>();

  // null: there is no session, because nobody is signed in.
  set(status: Pick<SessionStatus, "connection" | "sync"> | null): void {
    this.status = status;
    for (const waiter of [...this.waiters]) this.serve(waiter);
  }

  get isCaughtUp(): boolean {
    return this.status?.sync === "synced";
  }

  // Rejects with "offline"; with "wait" only where no connection can come.
  wait(offline: "fail" | "wait"): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { resolve, reject, canWait: offline === "wait", late: undefined };
      this.waiters.add(waiter);
      if (!waiter.canWait) {
        waiter.late = setTimeout(() => this.end(waiter, offlineError()), connectMs);
      }
      this.serve(waiter);
    });
  }

  // The person has signed out, or the client is closed.
  abandon(): void {
    this.status = null;
    const message = "signed out before it could be run: it has not been run";
    for (const waiter of [...this.waiters]) {
      this.end(waiter, new SynclineError("unavailable", message));
    }
  }

  private serve(waiter: Waiter): void {
    if (this.isCaughtUp) this.end(waiter, null);
    else if (!waiter.canWait && (this.status?.connection ?? "offline") === "offline") {
      this.end(waiter, offlineError());
    }
  }

  private end(waiter: Waiter, error: SynclineError | null): void {
    if (!this.waiters.delete(waiter)) return;
    clearTimeout(waiter.late);
    if (error) waiter.reject(error);
    else waiter.resolve();
  }
}

function offlineError(): SynclineError {
  return new SynclineError(
    "offline",
    "There is no connection, and this can only be done with one: try again when there is.",
  );
}
