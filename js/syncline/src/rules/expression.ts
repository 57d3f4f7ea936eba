// Expressions of rules: a typed builder of the JSON that the core judges (shared/rules/rules.hpp).
//
// An expression is its JSON array; the classes of TypeScript only tell a condition, which is true or
// false, from a value, which can be compared.

import { convexToJson, type Value } from "convex/values";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type Literal = null | boolean | number | bigint | string;

declare const kind: unique symbol;
export type ValueExpression = readonly Json[] & { readonly [kind]: "value" };
export type Condition = readonly Json[] & { readonly [kind]: "condition" };
export type Operand = ValueExpression | Literal;

const value = (...json: Json[]): ValueExpression => json as unknown as ValueExpression;
const condition = (...json: Json[]): Condition => json as unknown as Condition;

function operand(given: Operand): Json {
  return Array.isArray(given) ? given : ["literal", literal(given as Literal)];
}

function literal(given: Literal): Json {
  const plain = given === null || typeof given === "boolean" || typeof given === "string";
  if (plain || typeof given === "bigint" || (typeof given === "number" && Number.isFinite(given))) {
    return convexToJson(given) as Json;
  }
  throw new Error(
    `rules: ${String(given)} cannot be compared: use text, a finite number, a bigint, true, false, null`,
  );
}

/** A value as the core reads it among the values of a transition; undefined where a field may be missing. */
export function valueJson(given: unknown): unknown {
  return given === undefined ? { $undefined: null } : convexToJson(given as Value);
}

function path(name: string, given: string): string {
  if (typeof given !== "string" || !/^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$/.test(given)) {
    throw new Error(
      `rules: ${name}(${JSON.stringify(given)}) must name a field, as "status" or "a.b"`,
    );
  }
  return given;
}

/** A field of the row after the write; in read and delete rules, of the row. */
export const row = (field: string): ValueExpression => value("row", path("row", field));
/** A field of the row before the write. */
export const old = (field: string): ValueExpression => value("old", path("old", field));
/** A claim of the person's token, as "email". */
export const user = (claim: string): ValueExpression => value("user", path("user", claim));
/** The person's role in the row's tenant. */
export const role = (): ValueExpression => value("role");

/** True if the write changes the field. */
export const changed = (field: string): Condition => condition("changed", path("changed", field));

export const eq = (a: Operand, b: Operand): Condition => condition("eq", operand(a), operand(b));
export const ne = (a: Operand, b: Operand): Condition => condition("ne", operand(a), operand(b));
export const lt = (a: Operand, b: Operand): Condition => condition("lt", operand(a), operand(b));
export const lte = (a: Operand, b: Operand): Condition => condition("lte", operand(a), operand(b));
export const gt = (a: Operand, b: Operand): Condition => condition("gt", operand(a), operand(b));
export const gte = (a: Operand, b: Operand): Condition => condition("gte", operand(a), operand(b));

/** True if the value is one of the list. */
export const isIn = (a: Operand, list: readonly Literal[]): Condition => {
  return condition("in", operand(a), list.map(literal));
};

/** The length of a string in UTF-16 units as in JavaScript, of an array, or of bytes. */
export const length = (a: Operand): ValueExpression => value("length", operand(a));

/** True if the text has the pattern in it; ^ and $ hold it to the ends. False for what is no text. Of
 * JavaScript's expressions (with the flag u) these are not known: looking ahead and behind, references to
 * groups, \\b and \\p. It takes linear time, whatever the pattern; of a text that takes too long nothing is
 * known, so that the rule denies. */
export const matches = (a: Operand, pattern: RegExp | string): Condition => {
  if (typeof pattern === "string") return condition("matches", operand(a), pattern);
  if (pattern.flags !== "u" && pattern.flags !== "") {
    throw new Error(`rules: ${String(pattern)}: no flag but u; write [Aa] for either case`);
  }
  return condition("matches", operand(a), pattern.source);
};

/** True if another row of the tenant has these values in the first fields of the index, after the whole
 * change set. Not in read rules. */
export const exists = (table: string, index: string, values: readonly Operand[]): Condition =>
  condition("exists", table, index, ...values.map(operand));
/** True if no other row has. */
export const missing = (table: string, index: string, values: readonly Operand[]): Condition =>
  condition("missing", table, index, ...values.map(operand));

export const and = (...all: Condition[]): Condition => condition("and", ...all);
export const or = (...any: Condition[]): Condition => condition("or", ...any);
export const not = (a: Condition): Condition => condition("not", a);
export const always = (): Condition => condition("true");
export const never = (): Condition => condition("false");
