// Storage: where a database's files live, for SQLite in the core. One implementation for each place
// (opfs.ts, node.ts, memory.ts), all held to one contract (storage-contract.ts).
//
// A storage has one owner: while it is open nobody else can open the same data. A database NAME is
// the files that databaseFiles(NAME) names. The methods of StorageFiles are called by the core from
// inside SQLite and therefore synchronous; their names are those that wasm/storage/host.js uses.

// Results of StorageFiles.open below 0; as HostStatus in wasm/storage/host.hpp.
export const storageStatus = { notFound: -3, busy: -4 } as const;

// Flags of StorageFiles.open.
export const openFlags = { create: 1 } as const;

// May throw: an error named QuotaExceededError or with code ENOSPC is a full disk, any other an I/O
// error. Offsets and sizes are bytes.
export interface StorageFiles {
  // A file descriptor of 0 or more, or a storageStatus: busy if the file is open already.
  open(name: string, flags: number): number;
  close(file: number): void;
  // Bytes read: fewer than the target's length only at the end of the file.
  read(file: number, target: Uint8Array, offset: number): number;
  // Bytes written: fewer than the source's length means that the disk is full.
  write(file: number, source: Uint8Array, offset: number): number;
  truncate(file: number, size: number): void;
  size(file: number): number;
  // Returns when everything written to the file is durable (in memory: at once).
  flush(file: number): void;
  // False if there was no such file.
  remove(name: string): boolean;
  // May be false for a file that has no bytes yet.
  exists(name: string): boolean;
}

export interface Storage extends StorageFiles {
  // What survives: "durable" a crash and a loss of power, "memory" nothing but the engine.
  readonly mode: "durable" | "memory";
  // The database of that name, closed by the engine, is moved to a new name, which is returned. The
  // last 2 that were set aside are kept. Throws "conflict" if a file of it is open.
  setAside(name: string): Promise<string>;
  // Removes the files of a database. Throws "conflict" if one of them is open.
  destroy(name: string): Promise<void>;
  // Closes everything and gives up ownership. No other method may follow; may be repeated.
  release(): Promise<void>;
}

// How many databases that were set aside are kept for rescue.
export const setAsideMax = 2;

// The main file first: what is opened as SQLite's path.
export function databaseFiles(name: string): readonly [string, string, string] {
  return [`${name}.db`, `${name}.db-wal`, `${name}.db-journal`];
}

// NAME.corrupt-<n>: the next name to set a database aside to, and the ones too many, oldest first.
export function asideNames(
  name: string,
  files: Iterable<string>,
): { next: string; surplus: string[] } {
  const taken = new Set<number>();
  for (const file of files) {
    if (!file.startsWith(`${name}.corrupt-`)) continue;
    const match = /^(\d{1,9})\.db(-wal|-journal)?$/.exec(file.slice(`${name}.corrupt-`.length));
    if (match) taken.add(Number(match[1]));
  }
  const numbers = [...taken].sort((a, b) => a - b);
  const surplus = numbers.slice(0, Math.max(0, numbers.length - (setAsideMax - 1)));
  return {
    next: `${name}.corrupt-${(numbers.at(-1) ?? 0) + 1}`,
    surplus: surplus.map((number) => `${name}.corrupt-${number}`),
  };
}

// Names become file names: letters, digits, dot, dash and underscore, 1 to 100, no leading dot.
export function isDatabaseName(name: string): boolean {
  return /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(name);
}
