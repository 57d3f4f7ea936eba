// Documents as lines of a snapshot, in the forms that Convex has had.
//
// "uniform", of today's exports, told by `"uniform"` in generated_schema.jsonl: int64 is a number without
// point or exponent, float64 one with; what JSON has no numbers for is {"$float": base64}, bytes are
// {"$bytes": base64}. "plain", without generated_schema.jsonl and in .jsonl files: every number is a
// float64, {"$integer": base64} an int64. "typed", of older exports: int64, bytes and what is no finite
// float64 are strings, and the table's validator tells them from strings.
import { convexToJson, type JSONValue, jsonToConvex, type Value } from "convex/values";

export type Document = Record<string, Value>;
export type Form = "uniform" | "plain" | "typed";

const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;

/** Throws an Error that says what is wrong. `validator`: the table's, for the form "typed". */
export function readDocument(text: string, form: Form, validator: unknown): Document {
  const json: unknown = JSON.parse(form === "uniform" ? withMarkedIntegers(text) : text);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new Error("a document is an object in braces");
  }
  const value = jsonToConvex(json as JSONValue) as Document;
  return form === "typed" ? (typed(value, validator) as Document) : value;
}

/** A line of the form "uniform", without its end. Fields are in the order of their names. */
export function writeDocument(document: Document): string {
  return writeValue(document);
}

// Integers as Convex's JSON says int64. JSON.parse alone cannot tell 5 from 5.0.
function withMarkedIntegers(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) => {
    if (!/^-?\d+$/.test(token) || token === "-0") return token;
    const integer = BigInt(token);
    if (integer < int64Min || integer > int64Max) return token;
    return JSON.stringify(convexToJson(integer));
  });
}

function writeValue(value: Value): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && Number.isFinite(value)) return writeFloat(value);
  if (Array.isArray(value)) return `[${value.map(writeValue).join(",")}]`;
  if (typeof value === "object" && value !== null && !(value instanceof ArrayBuffer)) {
    const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    const parts = fields.flatMap(([name, field]) =>
      field === undefined ? [] : [`${JSON.stringify(name)}:${writeValue(field as Value)}`],
    );
    return `{${parts.join(",")}}`;
  }
  return JSON.stringify(convexToJson(value));
}

function writeFloat(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value).replace("e+", "e");
  return /[.e]/.test(text) ? text : `${text}.0`;
}

interface ValidatorJson {
  type: string;
  value?: unknown;
  values?: { fieldType: unknown };
}

// Strings become what the validator wants, if that wants no string.
function typed(value: Value, validator: unknown): Value {
  const { type, value: inner, values } = (validator ?? { type: "any" }) as ValidatorJson;
  if (typeof value === "string") return typedText(value, type, inner);
  if (type === "union") {
    const members = inner as ValidatorJson[];
    const kind = Array.isArray(value) ? ["array"] : ["object", "record"];
    const fitting = members.filter((member) => kind.includes(member.type));
    return fitting.length === 1 ? typed(value, fitting[0]) : value;
  }
  if (Array.isArray(value)) {
    return type === "array" ? value.map((each) => typed(each, inner)) : value;
  }
  if (typeof value !== "object" || value === null || value instanceof ArrayBuffer) return value;
  const fields = inner as Record<string, { fieldType: unknown }>;
  return Object.fromEntries(
    Object.entries(value as Document).map(([name, field]) => {
      const of = type === "record" ? values : type === "object" ? fields[name] : undefined;
      return [name, of === undefined ? field : typed(field, of.fieldType)];
    }),
  );
}

function typedText(text: string, type: string, inner: unknown): Value {
  if (type === "bigint" && /^-?\d+$/.test(text)) return BigInt(text);
  if (type === "number" && /^(NaN|-?Infinity)$/.test(text)) return Number(text);
  if (type === "bytes") {
    const { buffer, byteOffset, byteLength } = Buffer.from(text, "base64");
    return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  }
  if (type === "union") {
    const members = inner as ValidatorJson[];
    const takesText = members.some(
      (member) =>
        ["string", "id", "any"].includes(member.type) ||
        (member.type === "literal" && member.value === text),
    );
    if (takesText) return text;
    for (const member of members) {
      const value = typedText(text, member.type, member.value);
      if (typeof value !== "string") return value;
    }
  }
  return text;
}
