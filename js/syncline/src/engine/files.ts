// Files: ctx.storage on a device alone. A file's bytes are in the core under the id of its row in _storage,
// which is what functions see and live queries follow.

// SHA-256, which an insecure page and React Native have no crypto.subtle for.
import { sha256 } from "@noble/hashes/sha2.js";
import { SynclineError } from "../error.ts";
import { base64ToBytes, bytesToBase64 } from "./base64.ts";
import { operation } from "./operations.ts";
import type { Transaction } from "./transaction.ts";
import type { CoreEngine } from "./wasm.ts";

export interface FileMetadata {
  storageId: string;
  sha256: string; // hexadecimal
  size: number; // bytes
  contentType: string | null;
}

export interface FileOptions {
  // Why files cannot be used, if they cannot.
  refusal?: string;
  // Makes a file readable under a URL, and takes that back.
  makeUrl?: (id: string, blob: Blob) => string;
  dropUrl?: (url: string) => void;
  // Where a page can send a file to; without it generateUploadUrl fails.
  makeUploadUrl?: () => string;
}

// A row of _storage.
interface FileRow {
  _id: string;
  sha256: string; // base64, as in Convex
  size: number;
  contentType?: string;
}

const fileBytesMax = 64 << 20;
// URLs hold their file in memory; those that were not asked for longest are taken back.
const urls = { max: 500, bytesMax: 128 << 20 } as const;

const notHere =
  "files do not travel to the relay yet, so ctx.storage works in applications without a relay only: " +
  "keep the file elsewhere and its address in a table";

export const filesWithRelay: FileOptions = { refusal: notHere };

export class Files {
  private readonly urlById = new Map<string, { url: string; size: number }>();
  private urlBytes = 0;

  constructor(
    private readonly core: CoreEngine,
    private readonly options: FileOptions = {},
  ) {}

  // The same one for as long as the file is asked for now and then.
  url(transaction: Transaction, id: string): string | null {
    const row = this.row(transaction, id);
    if (!row) return null;
    const known = this.urlById.get(id);
    // Again the youngest.
    this.urlById.delete(id);
    const entry = known ?? { url: this.makeUrl(id, this.blob(transaction, row)), size: row.size };
    this.urlById.set(id, entry);
    if (!known) this.urlBytes += row.size;
    this.dropOldUrls();
    return entry.url;
  }

  metadata(transaction: Transaction, id: string): FileMetadata | null {
    const row = this.row(transaction, id);
    if (!row) return null;
    return {
      storageId: id,
      sha256: hexOf(base64ToBytes(row.sha256)),
      size: row.size,
      contentType: row.contentType ?? null,
    };
  }

  read(transaction: Transaction, id: string): Blob | null {
    const row = this.row(transaction, id);
    return row && this.blob(transaction, row);
  }

  // `expected`: the SHA-256 that the caller knows, in hexadecimal or base64.
  store(
    transaction: Transaction,
    bytes: Uint8Array,
    contentType: string,
    expected?: string,
  ): string {
    this.requireUsable();
    if (bytes.length > fileBytesMax) {
      const size = Math.ceil(bytes.length / (1 << 20));
      throw new SynclineError("invalid", `a file of ${size} MiB is too large: at most 64 MiB`);
    }
    const digest = sha256(bytes);
    const base64 = bytesToBase64(digest);
    if (expected !== undefined && expected !== base64 && expected !== hexOf(digest)) {
      throw new SynclineError("invalid", `the file's SHA-256 is ${hexOf(digest)}, not ${expected}`);
    }
    const row = {
      sha256: base64,
      size: bytes.length,
      ...(contentType === "" ? {} : { contentType }),
    };
    const written = transaction.writeText(
      operation.systemWrite,
      `,"table":"_storage","value":${JSON.stringify(row)}`,
    );
    const { _id: id } = JSON.parse(written) as { _id: string };
    const json = `{"$bytes":"${bytesToBase64(bytes)}"}`;
    transaction.writeText(operation.filePut, `,"id":"${id}","bytes":${json}`);
    ++transaction.usage.filesWritten;
    transaction.usage.fileWriteBytes += bytes.length;
    return id;
  }

  delete(transaction: Transaction, id: string): void {
    if (!this.row(transaction, id)) {
      throw new SynclineError("not found", `there is no file ${id} in _storage`);
    }
    transaction.call(operation.systemWrite, { table: "_storage", id, value: null });
    transaction.writeText(operation.filePut, `,"id":${JSON.stringify(id)},"bytes":null`);
  }

  uploadUrl(): string {
    this.requireUsable();
    if (!this.options.makeUploadUrl) {
      throw new SynclineError(
        "unavailable",
        "a device has no URL to upload to: pass the bytes to an action, which calls ctx.storage.store(blob)",
      );
    }
    return this.options.makeUploadUrl();
  }

  close(): void {
    for (const { url } of this.urlById.values()) this.dropUrl(url);
    this.urlById.clear();
    this.urlBytes = 0;
  }

  private row(transaction: Transaction, id: string): FileRow | null {
    this.requireUsable();
    if (typeof id !== "string") {
      throw new TypeError(`a file's id is a string, not ${JSON.stringify(id)}`);
    }
    const { document } = transaction.call<{ document: FileRow | null }>(operation.get, {
      id,
      table: "_storage",
      isSystem: true,
    });
    return document;
  }

  private blob(transaction: Transaction, { _id: id, contentType }: FileRow): Blob {
    const input = JSON.stringify({ id });
    // A copy: the core's memory moves.
    const bytes = this.core.view(operation.fileGet, input, (view) => new Uint8Array(view));
    ++transaction.usage.filesRead;
    transaction.usage.fileReadBytes += bytes.length;
    return new Blob([bytes], { type: contentType ?? "" });
  }

  private makeUrl(id: string, blob: Blob): string {
    return this.options.makeUrl?.(id, blob) ?? URL.createObjectURL(blob);
  }

  private dropUrl(url: string): void {
    if (this.options.dropUrl) this.options.dropUrl(url);
    else if (!this.options.makeUrl) URL.revokeObjectURL(url);
  }

  private dropOldUrls(): void {
    for (const [id, { url, size }] of this.urlById) {
      // One file alone may be larger than all together.
      const isOnlyOne = this.urlById.size === 1;
      if (isOnlyOne || (this.urlById.size <= urls.max && this.urlBytes <= urls.bytesMax)) return;
      this.urlById.delete(id);
      this.urlBytes -= size;
      this.dropUrl(url);
    }
  }

  private requireUsable(): void {
    if (this.options.refusal !== undefined) {
      throw new SynclineError("unavailable", this.options.refusal);
    }
  }
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
