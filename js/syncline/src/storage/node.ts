// NodeStorage: files in a directory, for Node. A lock file beside each database keeps it to one owner.
import {
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { SynclineError } from "../error.ts";
import { OwnerLock } from "./owner-lock.ts";
import {
  asideNames,
  databaseFiles,
  isDatabaseName,
  openFlags,
  type Storage,
  storageStatus,
} from "./storage.ts";

export class NodeStorage implements Storage {
  readonly mode = "durable";
  private readonly openNames = new Map<number, string>();

  private constructor(
    private readonly directory: string,
    private readonly lock: OwnerLock,
  ) {}

  // Takes ownership of the database `name` in the directory, which is made if it is missing. Throws
  // "conflict" if a living process owns it.
  static async open(directory: string, name: string): Promise<NodeStorage> {
    if (!isDatabaseName(name)) {
      throw new SynclineError(
        "invalid",
        `"${name}" cannot name a database: use letters and digits`,
      );
    }
    mkdirSync(directory, { recursive: true });
    return new NodeStorage(directory, OwnerLock.take(join(directory, `${name}.lock`)));
  }

  open(name: string, flags: number): number {
    for (const open of this.openNames.values()) if (open === name) return storageStatus.busy;
    const path = join(this.directory, name);
    const isNew = !existsSync(path);
    if (isNew && (flags & openFlags.create) === 0) return storageStatus.notFound;
    const file = openSync(path, constants.O_RDWR | (isNew ? constants.O_CREAT : 0), 0o600);
    this.openNames.set(file, name);
    if (isNew) this.flushDirectory();
    return file;
  }

  close(file: number): void {
    if (this.openNames.delete(file)) closeSync(file);
  }

  read(file: number, target: Uint8Array, offset: number): number {
    let done = 0;
    while (done < target.length) {
      const count = readSync(file, target, done, target.length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  write(file: number, source: Uint8Array, offset: number): number {
    let done = 0;
    while (done < source.length) {
      const count = writeSync(file, source, done, source.length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  truncate(file: number, size: number): void {
    ftruncateSync(file, size);
  }

  size(file: number): number {
    return fstatSync(file).size;
  }

  flush(file: number): void {
    fdatasyncSync(file);
  }

  remove(name: string): boolean {
    if (!this.exists(name)) return false;
    rmSync(join(this.directory, name));
    this.flushDirectory();
    return true;
  }

  exists(name: string): boolean {
    return existsSync(join(this.directory, name));
  }

  async setAside(name: string): Promise<string> {
    this.refuseOpen(name);
    const { next, surplus } = asideNames(name, readdirSync(this.directory));
    for (const old of surplus) await this.destroy(old);
    const targets = databaseFiles(next);
    for (const [index, source] of databaseFiles(name).entries()) {
      const target = targets[index];
      if (target === undefined || !this.exists(source)) continue;
      renameSync(join(this.directory, source), join(this.directory, target));
    }
    this.flushDirectory();
    return next;
  }

  async destroy(name: string): Promise<void> {
    this.refuseOpen(name);
    for (const file of databaseFiles(name)) rmSync(join(this.directory, file), { force: true });
    this.flushDirectory();
  }

  async release(): Promise<void> {
    for (const file of [...this.openNames.keys()]) this.close(file);
    this.lock.release();
  }

  // A file's name is durable once its directory is.
  private flushDirectory(): void {
    const directory = openSync(this.directory, constants.O_RDONLY);
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  }

  private refuseOpen(name: string): void {
    const files: readonly string[] = databaseFiles(name);
    for (const open of this.openNames.values()) {
      if (files.includes(open)) {
        throw new SynclineError(
          "conflict",
          `${join(this.directory, open)} is open; close it first`,
        );
      }
    }
  }
}
