// Values to and from Convex's JSON text, without a copy in between where there is nothing to convert: most
// values are their own JSON, which a walk finds out sooner than a conversion makes it.
import { convexToJson, type JSONValue, jsonToConvex, type Value } from "convex/values";

// Field names that were found to be well-formed; an application has few, seen again and again.
const knownNames = new Set<string>();
const knownNamesMax = 10_000;

// An instance of the application has a convex/values of its own, and with it a placeholder of its own for
// a commit's timestamp, which the package here would take for any object of a class.
const placeholders = new WeakSet<object>();
const ownPlaceholder = jsonToConvex({ $commitTs: null });

export function knowPlaceholder(placeholder: object): void {
  placeholders.add(placeholder);
}

// Throws what npm convex's convexToJson throws, naming the place.
export function valueToText(value: Value): string {
  return isItsOwnJson(value) ? JSON.stringify(value) : JSON.stringify(valueToJson(value));
}

// Throws as valueToText does.
export function valueToJson(value: Value): JSONValue {
  return convexToJson(withOwnPlaceholders(value));
}

function withOwnPlaceholders(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  if (placeholders.has(value)) return ownPlaceholder;
  if (Array.isArray(value)) {
    const items = value.map(withOwnPlaceholders);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isPlainObject(value)) return value;
  let copy: Record<string, Value> | undefined;
  for (const [name, item] of Object.entries(value as Record<string, Value>)) {
    const own = withOwnPlaceholders(item);
    if (own === item) continue;
    copy ??= { ...(value as Record<string, Value>) };
    copy[name] = own;
  }
  return copy ?? value;
}

// As valueToText, but undefined is {"$undefined":null}.
export function valueOrUndefinedToJson(value: Value | undefined): JSONValue {
  return value === undefined ? { $undefined: null } : valueToJson(value);
}

export function textToValue(text: string): Value {
  return jsonToValue(JSON.parse(text) as JSONValue);
}

// Takes the JSON's objects over as they are. REQUIRES: that they are nobody else's.
export function jsonToValue(json: JSONValue): Value {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) {
    for (let index = 0; index < json.length; ++index) {
      const item = json[index] as JSONValue;
      if (typeof item === "object" && item !== null) json[index] = jsonToValue(item) as JSONValue;
    }
    return json as Value;
  }
  for (const name in json) {
    // A special value is an object with one such member.
    if (name.charCodeAt(0) === dollar) return jsonToConvex(json);
    const item = json[name] as JSONValue;
    if (typeof item === "object" && item !== null) json[name] = jsonToValue(item) as JSONValue;
  }
  return json as Value;
}

const dollar = 36;

function isItsOwnJson(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && (value !== 0 || 1 / value > 0);
    case "object":
      if (value === null) return true;
      if (Array.isArray(value)) {
        for (let index = 0; index < value.length; ++index) {
          if (!isItsOwnJson(value[index])) return false;
        }
        return true;
      }
      return isPlainObject(value) && hasItsOwnJson(value as Record<string, unknown>);
    default:
      return false;
  }
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function hasItsOwnJson(value: Record<string, unknown>): boolean {
  for (const name in value) {
    if (!knownNames.has(name) && !isFieldName(name)) return false;
    const item = value[name];
    // JSON leaves it out, as Convex does.
    if (item !== undefined && !isItsOwnJson(item)) return false;
  }
  return true;
}

function isFieldName(name: string): boolean {
  // toJSON would be called.
  if (!/^[ -#%-~][ -~]{0,1023}$/.test(name) || name === "toJSON") return false;
  if (knownNames.size < knownNamesMax) knownNames.add(name);
  return true;
}

// A patch: its fields that are undefined are to be removed.
export function patchToText(value: Value): string {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return valueToText(value);
  const removed = Object.keys(value).filter(
    (name) => (value as Record<string, Value | undefined>)[name] === undefined,
  );
  const text = valueToText(value);
  if (removed.length === 0) return text;
  const undefineds = removed.map(removalText).join(",");
  return text === "{}" ? `{${undefineds}}` : `${text.slice(0, -1)},${undefineds}}`;
}

// A field's name is checked as all names are.
function removalText(name: string): string {
  const member = valueToText({ [name]: null }).slice(1, -1);
  return `${member.slice(0, -"null".length)}{"$undefined":null}`;
}
