// Conditions that rules often need of a value: ranges, presence, and forms of text.
import { currencies } from "./currencies.ts";
import {
  and,
  type Condition,
  gte,
  isIn,
  type Literal,
  lt,
  lte,
  matches,
  not,
  type Operand,
  or,
  row,
  type ValueExpression,
} from "./expression.ts";

/** From `low` to `high`, both inclusive. A bigint is never between numbers, nor a number between bigints. */
export const between = (
  a: Operand,
  low: Exclude<Literal, null | boolean>,
  high: Exclude<Literal, null | boolean>,
): Condition => and(gte(a, low), lte(a, high));

/** The same as `isIn`, for a check that lists what a value may be. */
export const oneOf = isIn;

/** True if the value is undefined: a field that is not there. */
// Undefined is the one value below null.
export const absent = (a: Operand): Condition => lt(a, null);
export const present = (a: Operand): Condition => not(absent(a));
/** True where the field is not there, or what is there fits. */
export const ifPresent = (
  field: string,
  condition: (value: ValueExpression) => Condition,
): Condition => or(absent(row(field)), condition(row(field)));

/** An address as a browser's input of type email takes it, with a dot behind the @. */
export const email = (a: Operand): Condition =>
  matches(
    a,
    /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$/u,
  );

/** A whole address of the web: http or https, a host, and what is behind it without spaces. */
export const url = (a: Operand): Condition => matches(a, /^https?:\/\/[^\s/?#]+(?:[/?#]\S*)?$/u);

/** A code of ISO 4217, in capitals: "EUR". */
export const currency = (a: Operand): Condition => isIn(a, currencies);
