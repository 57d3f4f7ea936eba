// Expressions of rules: a typed builder of the JSON that the core judges (shared/rules/rules.hpp).
//
// An expression is its JSON array; the classes of TypeScript only tell a condition, which is true or
// false, from a value, which can be compared.

type Json = null | boolean | number | string | readonly Json[];

export type Literal = null | boolean | number | string;

declare const kind: unique symbol;
export type ValueExpression = readonly Json[] & { readonly [kind]: "value" };
export type Condition = readonly Json[] & { readonly [kind]: "condition" };
export type Operand = ValueExpression | Literal;

const value = (...json: Json[]): ValueExpression => json as unknown as ValueExpression;
const condition = (...json: Json[]): Condition => json as unknown as Condition;

function operand(given: Operand): Json {
  if (Array.isArray(given)) return given;
  if (given === null || typeof given === "boolean" || typeof given === "string") {
    return ["literal", given];
  }
  if (typeof given === "number" && Number.isFinite(given)) return ["literal", given];
  throw new Error(
    `rules: ${String(given)} cannot be compared: use text, a finite number, true, false, null`,
  );
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
  list.forEach(operand);
  return condition("in", operand(a), list);
};

export const and = (...all: Condition[]): Condition => condition("and", ...all);
export const or = (...any: Condition[]): Condition => condition("or", ...any);
export const not = (a: Condition): Condition => condition("not", a);
export const always = (): Condition => condition("true");
export const never = (): Condition => condition("false");
