// OpfsStorage: files in the browser's origin private file system, for a dedicated worker.
//
// SQLite needs files synchronously, but OPFS opens them asynchronously. So the three files of the
// database are opened in advance and stay open; a file that SQLite does not use is empty, and an
// empty file does not "exist". An access handle is exclusive: whoever holds it owns the data.
import { SynclineError } from "../error.ts";
import {
  asideNames,
  databaseFiles,
  isDatabaseName,
  openFlags,
  type Storage,
  storageStatus,
} from "./storage.ts";

// What this file uses of FileSystemSyncAccessHandle, which only workers' type libraries have.
interface AccessHandle {
  read(target: Uint8Array, options: { at: number }): number;
  write(source: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

interface AccessibleFile {
  createSyncAccessHandle?(): Promise<AccessHandle>;
  move?(name: string): Promise<void>;
}

interface OpenedFile {
  readonly name: string;
  readonly handle: AccessHandle;
  inUse: boolean;
}

// A worker that a reload ended can hold its files for a moment longer: tried again this often, the
// pauses doubling from the first to the longest.
const lockWaits = { firstMs: 20, longestMs: 400, totalMs: 4000 } as const;

export class OpfsStorage implements Storage {
  readonly mode = "durable";
  private readonly files: OpenedFile[] = [];

  private constructor(private readonly directory: FileSystemDirectoryHandle) {}

  // Takes ownership of the database. Throws "unavailable" where there is no OPFS (not a worker, a
  // private window, an old browser), "conflict" if another tab has it open.
  static async open(name: string, directoryName = "syncline"): Promise<OpfsStorage> {
    if (!isDatabaseName(name)) {
      throw new SynclineError(
        "invalid",
        `"${name}" cannot name a database: use letters and digits`,
      );
    }
    const storage = new OpfsStorage(await findDirectory(directoryName));
    await storage.acquire(name);
    return storage;
  }

  open(name: string, flags: number): number {
    const file = this.files.findIndex((opened) => opened.name === name);
    const opened = this.files[file];
    if (!opened) return storageStatus.notFound;
    if (opened.inUse) return storageStatus.busy;
    if ((flags & openFlags.create) === 0 && !this.exists(name)) return storageStatus.notFound;
    opened.inUse = true;
    return file;
  }

  close(file: number): void {
    this.fileOf(file).inUse = false;
  }

  read(file: number, target: Uint8Array, offset: number): number {
    return this.fileOf(file).handle.read(target, { at: offset });
  }

  write(file: number, source: Uint8Array, offset: number): number {
    const count = this.fileOf(file).handle.write(source, { at: offset });
    // At its quota Chromium gives 4294967288, which is an error code, instead of throwing.
    return count > source.length ? 0 : count;
  }

  truncate(file: number, size: number): void {
    this.fileOf(file).handle.truncate(size);
  }

  size(file: number): number {
    return this.fileOf(file).handle.getSize();
  }

  flush(file: number): void {
    this.fileOf(file).handle.flush();
  }

  remove(name: string): boolean {
    if (!this.exists(name)) return false;
    const handle = this.files.find((opened) => opened.name === name)?.handle;
    handle?.truncate(0);
    handle?.flush();
    return true;
  }

  exists(name: string): boolean {
    const opened = this.files.find((file) => file.name === name);
    return opened !== undefined && opened.handle.getSize() > 0;
  }

  async setAside(name: string): Promise<string> {
    this.refuseInUse(name);
    const present: string[] = [];
    for await (const file of this.directory.keys()) present.push(file);
    const { next, surplus } = asideNames(name, present);
    for (const old of surplus) await this.destroy(old);
    const sources = databaseFiles(name);
    const filled = sources.map((source) => this.exists(source));
    this.giveUp(name);
    const targets = databaseFiles(next);
    for (const [index, source] of sources.entries()) {
      const target = targets[index];
      if (target === undefined || !filled[index]) continue;
      const handle = (await this.directory.getFileHandle(source)) as AccessibleFile;
      if (!handle.move) {
        throw new SynclineError(
          "unavailable",
          "this browser cannot rename files: please update it",
        );
      }
      await handle.move(target);
    }
    // Both are at hand: the one to begin anew in, the other to rescue unsent changes from.
    await this.acquire(name);
    await this.acquire(next);
    return next;
  }

  async destroy(name: string): Promise<void> {
    this.refuseInUse(name);
    const isOurs = this.giveUp(name);
    for (const file of databaseFiles(name)) {
      try {
        await this.directory.removeEntry(file);
      } catch (error) {
        if (!isNamed(error, "NotFoundError")) throw error;
      }
    }
    if (isOurs && !name.includes(".corrupt-")) await this.acquire(name);
  }

  async release(): Promise<void> {
    for (const { handle } of this.files.splice(0)) handle.close();
  }

  private async acquire(name: string): Promise<void> {
    try {
      for (const file of databaseFiles(name)) {
        this.files.push({ name: file, handle: await this.openHandle(file), inUse: false });
      }
    } catch (error) {
      this.giveUp(name);
      throw error;
    }
  }

  private async openHandle(file: string): Promise<AccessHandle> {
    const handle = (await this.directory.getFileHandle(file, { create: true })) as AccessibleFile;
    if (!handle.createSyncAccessHandle) throw noOpfs("it has no synchronous access here");
    let waitMs: number = lockWaits.firstMs;
    for (
      let waitedMs = 0;
      ;
      waitedMs += waitMs, waitMs = Math.min(2 * waitMs, lockWaits.longestMs)
    ) {
      try {
        return await handle.createSyncAccessHandle();
      } catch (error) {
        if (!isNamed(error, "NoModificationAllowedError")) throw error;
        if (waitedMs >= lockWaits.totalMs) {
          throw new SynclineError("conflict", "this data is already open in another tab", {
            cause: error,
          });
        }
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  // Closes the handles of a database. The places of later files stay valid only because nothing is
  // in use while a database is set aside or destroyed. True if there were any.
  private giveUp(name: string): boolean {
    const names: readonly string[] = databaseFiles(name);
    const count = this.files.length;
    for (let index = count - 1; index >= 0; --index) {
      const opened = this.files[index];
      if (!opened || !names.includes(opened.name)) continue;
      opened.handle.close();
      this.files.splice(index, 1);
    }
    return this.files.length < count;
  }

  private fileOf(file: number): OpenedFile {
    const opened = this.files[file];
    if (!opened) throw new SynclineError("invalid", `OPFS storage: file ${file} is not open`);
    return opened;
  }

  private refuseInUse(name: string): void {
    const opened = this.files.find((file) => file.inUse);
    if (opened) {
      throw new SynclineError(
        "conflict",
        `${name} cannot be moved: ${opened.name} is open; close the engine first`,
      );
    }
  }
}

async function findDirectory(name: string): Promise<FileSystemDirectoryHandle> {
  const manager = globalThis.navigator?.storage;
  if (typeof manager?.getDirectory !== "function") throw noOpfs("it is missing");
  try {
    return await (await manager.getDirectory()).getDirectoryHandle(name, { create: true });
  } catch (error) {
    throw noOpfs("it is switched off, as in a private window", error);
  }
}

function noOpfs(why: string, cause?: unknown): SynclineError {
  return new SynclineError(
    "unavailable",
    `this browser cannot keep data on the device (origin private file system: ${why}); ` +
      'ask for storage "memory" to run without keeping it',
    { cause },
  );
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
