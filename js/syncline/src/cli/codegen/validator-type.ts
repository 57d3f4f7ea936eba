// validatorType: the TypeScript type of what a validator accepts, from the JSON that npm convex exports.
import { type JSONValue, jsonToConvex } from "convex/values";

interface ValidatorJson {
  type: string;
  value?: unknown;
  keys?: unknown;
  values?: { fieldType: unknown };
}

/** Ids are strings: beyond a component's border their tables are nobody's. Throws an Error for a validator
 * that is newer than this program. */
export function validatorType(json: unknown): string {
  const { type, value, keys, values } = json as ValidatorJson;
  switch (type) {
    case "null":
    case "number":
    case "bigint":
    case "boolean":
    case "string":
    case "any":
      return type;
    case "bytes":
      return "ArrayBuffer";
    case "commitTs":
      return 'bigint | import("convex/values").CommitTsPlaceholder';
    case "id":
      return "string";
    case "literal":
      return literalType(value as JSONValue);
    case "array":
      return `Array<${validatorType(value)}>`;
    case "record":
      return `Record<${validatorType(keys)}, ${validatorType(values?.fieldType)}>`;
    case "union":
      return unionType(value as unknown[]);
    case "object":
      return objectType(value as Record<string, { fieldType: unknown; optional: boolean }>);
    default:
      throw new Error(`codegen knows no validator of the type "${type}"`);
  }
}

function literalType(json: JSONValue): string {
  const value = jsonToConvex(json);
  return typeof value === "bigint" ? `${value}n` : JSON.stringify(value);
}

function unionType(members: readonly unknown[]): string {
  if (members.length === 0) return "never";
  return `(${members.map(validatorType).join(" | ")})`;
}

function objectType(fields: Record<string, { fieldType: unknown; optional: boolean }>): string {
  const parts = Object.entries(fields).map(
    ([name, { fieldType, optional }]) =>
      `${JSON.stringify(name)}${optional ? "?" : ""}: ${validatorType(fieldType)}`,
  );
  return parts.length === 0 ? "{}" : `{ ${parts.join("; ")} }`;
}
