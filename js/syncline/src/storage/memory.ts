// MemoryStorage: files in plain arrays. They live as long as the object: an engine that is opened on
// the same object again finds its data, as after a restart.
import { SynclineError } from "../error.ts";
import { asideNames, databaseFiles, openFlags, type Storage, storageStatus } from "./storage.ts";

interface MemoryFile {
  bytes: Uint8Array; // capacity; what counts is the first `size`
  size: number;
}

export class MemoryStorage implements Storage {
  readonly mode = "memory";
  private readonly files = new Map<string, MemoryFile>();
  private readonly openNames = new Map<number, string>();
  // What all files together may hold. Tests change it.
  bytesMax: number;
  private nextFile = 0;

  // Beyond bytesMax the storage is full.
  constructor(options: { bytesMax?: number } = {}) {
    this.bytesMax = options.bytesMax ?? Number.POSITIVE_INFINITY;
  }

  open(name: string, flags: number): number {
    if (this.isOpen(name)) return storageStatus.busy;
    if (!this.files.has(name)) {
      if ((flags & openFlags.create) === 0) return storageStatus.notFound;
      this.files.set(name, { bytes: new Uint8Array(0), size: 0 });
    }
    const file = this.nextFile++;
    this.openNames.set(file, name);
    return file;
  }

  close(file: number): void {
    this.openNames.delete(file);
  }

  read(file: number, target: Uint8Array, offset: number): number {
    const { bytes, size } = this.fileOf(file);
    const count = Math.max(0, Math.min(target.length, size - offset));
    target.set(bytes.subarray(offset, offset + count));
    return count;
  }

  write(file: number, source: Uint8Array, offset: number): number {
    const found = this.fileOf(file);
    const growth = offset + source.length - found.size;
    const room = this.bytesMax - this.used();
    const count = growth > room ? Math.max(0, source.length - (growth - room)) : source.length;
    const end = offset + count;
    if (end > found.bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * found.bytes.length));
      larger.set(found.bytes.subarray(0, found.size));
      found.bytes = larger;
    }
    found.bytes.set(source.subarray(0, count), offset);
    found.size = Math.max(found.size, end);
    return count;
  }

  truncate(file: number, size: number): void {
    const found = this.fileOf(file);
    const bytes = new Uint8Array(size);
    bytes.set(found.bytes.subarray(0, Math.min(size, found.size)));
    found.bytes = bytes;
    found.size = size;
  }

  size(file: number): number {
    return this.fileOf(file).size;
  }

  flush(_file: number): void {}

  remove(name: string): boolean {
    return this.files.delete(name);
  }

  exists(name: string): boolean {
    return this.files.has(name);
  }

  async setAside(name: string): Promise<string> {
    this.refuseOpen(name);
    const { next, surplus } = asideNames(name, this.files.keys());
    for (const old of surplus) await this.destroy(old);
    const targets = databaseFiles(next);
    for (const [index, source] of databaseFiles(name).entries()) {
      const found = this.files.get(source);
      const target = targets[index];
      if (!found || target === undefined) continue;
      this.files.set(target, found);
      this.files.delete(source);
    }
    return next;
  }

  async destroy(name: string): Promise<void> {
    this.refuseOpen(name);
    for (const file of databaseFiles(name)) this.files.delete(file);
  }

  // The files stay, so that the next engine on this object finds them.
  async release(): Promise<void> {
    this.openNames.clear();
  }

  private fileOf(file: number): MemoryFile {
    const name = this.openNames.get(file);
    const found = name === undefined ? undefined : this.files.get(name);
    if (!found) throw new SynclineError("invalid", `memory storage: file ${file} is not open`);
    return found;
  }

  private used(): number {
    let used = 0;
    for (const { size } of this.files.values()) used += size;
    return used;
  }

  private isOpen(name: string): boolean {
    for (const open of this.openNames.values()) if (open === name) return true;
    return false;
  }

  private refuseOpen(name: string): void {
    for (const file of databaseFiles(name)) {
      if (this.isOpen(file)) {
        throw new SynclineError(
          "conflict",
          `memory storage: ${file} is open; close the engine first`,
        );
      }
    }
  }
}
