// decodeBlock: a page of documents from the core's binary block (shared/value/block.hpp has the format).
//
//   decodeBlock(bytes: Uint8Array): { documents: Document[]; done: boolean }
//
// `bytes` may be a view of the core's memory: nothing of it is kept. Documents are plain objects as npm
// convex gives them to functions: numbers, bigints, strings, booleans, null, ArrayBuffers, arrays and
// objects, with keys in ascending order, and without the fields that are absent.
import type { Value } from "convex/values";
import { SynclineError } from "../error.ts";

export type Document = Record<string, Value>;

export interface Block {
  documents: Document[];
  /** No documents follow these. */
  done: boolean;
}

const kind = {
  absent: 0,
  null: 1,
  false: 2,
  true: 3,
  float64: 4,
  int64: 5,
  string: 6,
  bytes: 7,
  array: 8,
  object: 9,
  repeated: 10,
  mixed: 0xff,
} as const;

const version = 1;
const headerBytes = 20;

export function decodeBlock(bytes: Uint8Array): Block {
  return new BlockReader(bytes).read();
}

// A byte order mark is text like any other.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

class BlockReader {
  private readonly view: DataView;
  private readonly text: string;
  private readonly names: string[] = []; // of members of objects within fields
  private at = headerBytes;
  private textAt = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes[0] !== version) throw damaged(`version ${bytes[0]}`);
    this.text = decoder.decode(bytes.subarray(this.view.getUint32(16, true)));
  }

  read(): Block {
    const rows = this.view.getUint32(4, true);
    const columnCount = this.view.getUint32(8, true);
    const nameCount = this.view.getUint32(12, true);
    const columns: string[] = [];
    for (let i = 0; i < columnCount; ++i) columns.push(this.string());
    for (let i = 0; i < nameCount; ++i) this.names.push(this.string());
    const documents: Document[] = [];
    for (let row = 0; row < rows; ++row) documents.push({});
    for (const name of columns) this.column(documents, name);
    return { documents, done: this.bytes[1] === 1 };
  }

  // One field of every document.
  private column(documents: Document[], name: string): void {
    const only = this.byte();
    const kindsAt = this.at;
    if (only === kind.mixed) this.at += documents.length;
    let above = "";
    for (let row = 0; row < documents.length; ++row) {
      const cell = only === kind.mixed ? this.bytes[kindsAt + row] : only;
      const document = documents[row] as Document;
      if (cell === kind.string) {
        above = this.string();
        document[name] = above;
      } else if (cell === kind.repeated) {
        document[name] = above;
      } else if (cell === kind.float64) {
        document[name] = this.float();
      } else if (cell !== kind.absent) {
        document[name] = this.cell(cell);
      }
    }
  }

  private cell(cell: number | undefined): Value {
    switch (cell) {
      case kind.null:
        return null;
      case kind.false:
        return false;
      case kind.true:
        return true;
      case kind.float64:
        return this.float();
      case kind.int64: {
        const value = this.view.getBigInt64(this.at, true);
        this.at += 8;
        return value;
      }
      case kind.string:
        return this.string();
      case kind.bytes: {
        const size = this.varint();
        const value = this.bytes.slice(this.at, this.at + size);
        this.at += size;
        return value.buffer as ArrayBuffer;
      }
      case kind.array: {
        const size = this.varint();
        const array: Value[] = [];
        for (let i = 0; i < size; ++i) array.push(this.cell(this.byte()));
        return array;
      }
      case kind.object: {
        const size = this.varint();
        const object: Record<string, Value> = {};
        for (let i = 0; i < size; ++i) {
          const name = this.names[this.varint()] as string;
          const value = this.cell(this.byte());
          if (name === "__proto__") define(object, name, value);
          else object[name] = value;
        }
        return object;
      }
      default:
        throw damaged(`kind ${cell}`);
    }
  }

  private byte(): number {
    return this.bytes[this.at++] as number;
  }

  private float(): number {
    const value = this.view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  private varint(): number {
    let byte = this.bytes[this.at++] as number;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
      byte = this.byte();
      value += (byte & 0x7f) * scale;
    }
    return value;
  }

  private string(): string {
    const begin = this.textAt;
    this.textAt += this.varint();
    return this.text.slice(begin, this.textAt);
  }
}

// An own property of any name; "__proto__" would otherwise be the prototype.
function define(object: Record<string, Value>, name: string, value: Value): void {
  Object.defineProperty(object, name, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

function damaged(what: string): SynclineError {
  return new SynclineError("corrupt", `the core gave a block that cannot be read: ${what}`);
}
