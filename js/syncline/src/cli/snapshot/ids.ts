// Document ids as text: Crockford base32 of the table's number (LEB128), 16 bytes, and a checksum. Convex's
// ids differ in the numbers only: there a table gets the next free one, here it is drawn from the name
// (shared/value/id.hpp).
import { createHash } from "node:crypto";

export interface DecodedId {
  table: number;
  /** 16 bytes. */
  row: Uint8Array;
}

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const digits = new Map([...alphabet].map((letter, digit) => [letter, digit]));

/** The numbers that every deployment of Convex gives these tables. */
export const convexSystemTables: ReadonlyMap<string, number> = new Map([
  ["_scheduled_functions", 539],
  ["_storage", 540],
]);

/** Undefined if the text is no id. */
export function decodeId(text: string): DecodedId | undefined {
  if (text.length < 31 || text.length > 37) return undefined;
  const bytes = fromBase32(text);
  if (!bytes) return undefined;
  let table = 0;
  let at = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined || shift > 28) return undefined;
    table += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (table === 0 || bytes.length !== at + 18) return undefined;
  const id = { table, row: bytes.slice(at, at + 16) };
  return encode(id) === text ? id : undefined;
}

/** The text of a row of one of our tables. */
export function encodeId(table: string, row: Uint8Array): string {
  return encode({ table: numberOfTable(table), row });
}

/** The same as Convex takes it: with its numbers of its own tables. */
export function encodeForConvex(table: string, row: Uint8Array): string {
  return encode({ table: convexSystemTables.get(table) ?? numberOfTable(table), row });
}

/** An id for what was called something else: the same for the same table and text. */
export function idForText(table: string, text: string): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([table, text]))
    .digest();
  return encodeId(table, digest.subarray(0, 16));
}

/** The low 28 bits of FNV-1a (32 bits) over the name; at least 1. */
export function numberOfTable(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return Math.max(hash & 0x0fffffff, 1);
}

function encode({ table, row }: DecodedId): string {
  const bytes: number[] = [];
  let left = table;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left & 0x7f) | 0x80);
  bytes.push(left, ...row);
  let low = 0;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) & 255;
    high = (high + low) & 255;
  }
  return toBase32([...bytes, low, high]);
}

function toBase32(bytes: readonly number[]): string {
  let text = "";
  let bits = 0;
  let count = 0;
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    for (count += 8; count >= 5; count -= 5) text += alphabet[(bits >> (count - 5)) & 31];
    bits &= 31;
  }
  return count > 0 ? text + alphabet[(bits << (5 - count)) & 31] : text;
}

function fromBase32(text: string): Uint8Array | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let count = 0;
  for (const letter of text) {
    const digit = digits.get(letter);
    if (digit === undefined) return undefined;
    bits = ((bits << 5) | digit) & 0xfff;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    bytes.push((bits >> count) & 0xff);
  }
  return Uint8Array.from(bytes);
}
