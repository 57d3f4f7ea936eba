// Zip files, read and written entry by entry, so that one table is in memory at a time.
import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { unzipSync, Zip, ZipDeflate, ZipPassThrough } from "fflate";

// What Node reads into one buffer.
const zipBytesMax = 2 ** 31 - 1;

export class ZipReader {
  readonly names: readonly string[];
  private readonly bytes: Uint8Array;

  /** Throws an Error that names the file. */
  constructor(private readonly file: string) {
    if (statSync(file).size > zipBytesMax) {
      throw new Error(`${file} is larger than 2 GiB: export it in parts, table by table`);
    }
    this.bytes = readFileSync(file);
    const names: string[] = [];
    this.unzip(({ name }) => {
      if (!name.endsWith("/")) names.push(name);
      return false;
    });
    this.names = names;
  }

  /** REQUIRES: one of `names`. */
  read(name: string): Uint8Array {
    return this.unzip((entry) => entry.name === name)[name] ?? new Uint8Array();
  }

  /** The lines of a text, without empty ones: [number from 1, text]. */
  *lines(name: string): Generator<[number: number, text: string]> {
    const bytes = this.read(name);
    const decoder = new TextDecoder("utf-8", { fatal: true });
    let number = 0;
    for (let at = 0; at < bytes.length; ) {
      const next = bytes.indexOf(10, at);
      const end = next < 0 ? bytes.length : next;
      const text = decoder.decode(bytes.subarray(at, end)).trim();
      at = end + 1;
      ++number;
      if (text !== "") yield [number, text];
    }
  }

  private unzip(filter: (entry: { name: string }) => boolean): Record<string, Uint8Array> {
    try {
      return unzipSync(this.bytes, { filter });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`${this.file} is no zip file that can be read (${why})`, { cause: error });
    }
  }
}

const encoder = new TextEncoder();
// Lines are handed to the compressor in pieces of about this size.
const pieceBytes = 64 << 10;

export class ZipWriter {
  private readonly zip: Zip;
  private readonly temporary: string;
  private readonly descriptor: number;
  private failure: Error | null = null;

  /** The file appears when it is whole. */
  constructor(private readonly file: string) {
    this.temporary = `${file}.part`;
    this.descriptor = openSync(this.temporary, "w");
    this.zip = new Zip((error, chunk) => {
      if (error) this.failure = error;
      else writeSync(this.descriptor, chunk);
    });
  }

  addLines(name: string, lines: Iterable<string>): void {
    const entry = new ZipDeflate(name);
    this.zip.add(entry);
    let text = "";
    for (const line of lines) {
      text += `${line}\n`;
      if (text.length < pieceBytes) continue;
      entry.push(encoder.encode(text));
      text = "";
    }
    entry.push(encoder.encode(text), true);
    this.check();
  }

  /** As it is: files are mostly compressed already. */
  addBytes(name: string, bytes: Uint8Array): void {
    const entry = new ZipPassThrough(name);
    this.zip.add(entry);
    entry.push(bytes, true);
    this.check();
  }

  finish(): void {
    this.zip.end();
    this.check();
    closeSync(this.descriptor);
    renameSync(this.temporary, this.file);
  }

  /** Leaves no file behind. */
  abandon(): void {
    closeSync(this.descriptor);
    rmSync(this.temporary, { force: true });
  }

  private check(): void {
    if (this.failure) throw this.failure;
  }
}
