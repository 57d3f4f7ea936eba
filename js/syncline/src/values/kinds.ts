// Validators of fields that merge: what two people write at once is combined, where of a plain field the
// last write stays. They are npm convex's own validators, in their types and in what they accept, whose JSON
// says the merge kind beside the type; so they stand wherever those stand. A kind counts in a field of a
// table's documents and in the leaves of object fields; for arguments and results it says nothing.
import {
  type VArray,
  type VFloat64,
  type VInt64,
  type VString,
  type VUnion,
  v,
} from "convex/values";
import { type MergeKind, requirePlain, type ValidatorJson } from "./places.ts";

// What stands within v.array(): a validator of any type that is not optional.
type Element = Parameters<typeof v.array>[0];

/** A number that counts: concurrent increments add up. `patch(id, { likes: post.likes + 1 })` is an
 * increment, an assignment one by the difference. Of float64, or counter(v.int64()). */
export function counter(): VFloat64;
export function counter(of: VFloat64): VFloat64;
export function counter(of: VInt64): VInt64;
export function counter(of: VFloat64 | VInt64 = v.float64()): VFloat64 | VInt64 {
  const { kind, isOptional } = of as Element;
  if (kind !== "float64" && kind !== "int64") {
    throw new Error(`counter(): counts v.float64() or v.int64(), not ${kind ?? String(of)}`);
  }
  requireRequired("counter", isOptional);
  return kind === "float64" ? merging(v.float64(), "counter") : merging(v.int64(), "counter");
}

/** An array without order whose elements are there once: what somebody adds stays, also if somebody else
 * removes it at the same time. It reads in Convex's order of values. Several validators mean any of them. */
export function set<Of extends Element>(of: Of): VArray<Of["type"][], Of>;
export function set<Of extends [Element, Element, ...Element[]]>(
  ...of: Of
): VArray<Of[number]["type"][], VUnion<Of[number]["type"], Of>>;
export function set(...of: Element[]): VArray<unknown[], Element> {
  return arrayOf("set", of);
}

/** An array in an order that people make: what is inserted at one place at once does not mix, what is moved
 * is not doubled, and elements that are objects merge inside. Several validators mean any of them. */
export function list<Of extends Element>(of: Of): VArray<Of["type"][], Of>;
export function list<Of extends [Element, Element, ...Element[]]>(
  ...of: Of
): VArray<Of[number]["type"][], VUnion<Of[number]["type"], Of>>;
export function list(...of: Element[]): VArray<unknown[], Element> {
  return arrayOf("list", of);
}

/** A string in which people write at once: insertions and deletions combine, letter by letter. */
export function text(): VString {
  return merging(v.string(), "text");
}

function arrayOf(kind: "set" | "list", of: readonly Element[]): VArray<unknown[], Element> {
  const [first] = of;
  if (first === undefined) throw new Error(`${kind}(): name what is in it, as ${kind}(v.string())`);
  for (const each of of) {
    if (each?.isConvexValidator !== true) {
      throw new Error(`${kind}(): ${String(each)} is no validator`);
    }
    requireRequired(kind, each.isOptional);
    requirePlain(jsonOf(each), `${kind}()`, `a ${kind}`);
  }
  return merging(v.array(of.length === 1 ? first : v.union(...of)), kind);
}

function requireRequired(kind: MergeKind, isOptional: unknown): void {
  if (isOptional === "required") return;
  throw new Error(
    `${kind}(): what is in it cannot be optional; the field can: v.optional(${kind}(...))`,
  );
}

// The validator itself, with its JSON and its optional form replaced: npm convex asks for these alone.
function merging<Validator extends Element>(validator: Validator, merge: MergeKind): Validator {
  const json = { ...jsonOf(validator), merge };
  const plainOptional: () => unknown = validator.optional;
  const optional = (): unknown => merging(plainOptional.call(validator) as Element, merge);
  return Object.defineProperties(validator, {
    json: { get: () => json },
    optional: { value: optional },
    asOptional: { value: optional },
  });
}

// Every validator has it; npm convex's types do not tell.
function jsonOf(validator: Element): ValidatorJson {
  return (validator as unknown as { json: ValidatorJson }).json;
}
