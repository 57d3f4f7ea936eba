// The q of filter(q => ...): expressions as npm convex writes them down for its host.
import type { JSONValue, Value } from "convex/values";
import { valueOrUndefinedToJson } from "../values.ts";

export class Expression {
  constructor(readonly json: JSONValue) {}
}

type Operand = Expression | Value | undefined;

// What is no expression is a literal.
export function serializeExpression(operand: Operand): JSONValue {
  if (operand instanceof Expression) return operand.json;
  return { $literal: valueOrUndefinedToJson(operand) };
}

const pair =
  (operator: string) =>
  (left: Operand, right: Operand): Expression =>
    new Expression({ [operator]: [serializeExpression(left), serializeExpression(right)] });

export const filterBuilder = {
  eq: pair("$eq"),
  neq: pair("$neq"),
  lt: pair("$lt"),
  lte: pair("$lte"),
  gt: pair("$gt"),
  gte: pair("$gte"),
  add: pair("$add"),
  sub: pair("$sub"),
  mul: pair("$mul"),
  div: pair("$div"),
  mod: pair("$mod"),
  neg: (operand: Operand) => new Expression({ $neg: serializeExpression(operand) }),
  and: (...operands: Operand[]) => new Expression({ $and: operands.map(serializeExpression) }),
  or: (...operands: Operand[]) => new Expression({ $or: operands.map(serializeExpression) }),
  not: (operand: Operand) => new Expression({ $not: serializeExpression(operand) }),
  field: (path: string) => new Expression({ $field: path }),
};

// The q of ctx.vectorSearch's filter knows equality and alternatives.
export const vectorFilterBuilder = {
  eq(field: string, value: Value | undefined): Expression {
    if (typeof field !== "string") {
      throw new Error("The first argument to `q.eq` must be a field name.");
    }
    return new Expression({ $eq: [{ $field: field }, serializeExpression(value)] });
  },
  or: filterBuilder.or,
};
