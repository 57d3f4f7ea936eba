// Documents made from validators: ones that are right, from narrow ranges so that ties happen, and ones
// that are wrong in one place. Everything follows from a seed.
import { compareValues, type ValidatorJSON, type Value } from "convex/values";

export type Document = Record<string, Value | undefined>;

/** Numbers from a seed, in [0, 1). (mulberry32) */
export class Random {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  /** REQUIRES: the list is not empty. */
  pick<Item>(list: readonly Item[]): Item {
    return list[this.below(list.length)] as Item;
  }
}

/** What documents are made of. */
export interface Source {
  random: Random;
  /** The ids of rows that can be referred to, by table. */
  ids: ReadonlyMap<string, readonly string[]>;
  /** The length of the arrays in the fields of vector indexes. */
  vectorLengths: ReadonlyMap<string, number>;
}

const numbers = [-1.5, -0, 0, 1, 2, 2.5, 100, 1_771_200_000_000];
/** No word begins another, so that a search for one cannot find another. */
export const words = ["amber", "birch", "cedar", "delta", "ember"];
const texts = ["", "a", "ab", "z", "é", "\u{1f600}", "￿"];

/** REQUIRES: there are rows for the required ids (see requiredTables). */
export function makeDocument(type: ValidatorJSON, source: Source): Document {
  if (type.type !== "object") throw new Error(`a document of type ${type.type} cannot be made`);
  const document: Document = {};
  for (const [name, { fieldType, optional }] of Object.entries(type.value)) {
    const isOutOfReach = !mayMake(fieldType, source);
    if (optional && (isOutOfReach || source.random.below(3) === 0)) continue;
    const length = source.vectorLengths.get(name);
    document[name] =
      length === undefined ? makeValue(fieldType, source) : makeVector(length, source.random);
  }
  return document;
}

export function makeVector(length: number, random: Random): number[] {
  return Array.from({ length }, () => random.below(9) - 4);
}

function mayMake(type: ValidatorJSON, { ids }: Source): boolean {
  return type.type !== "id" || (ids.get(type.tableName)?.length ?? 0) > 0;
}

function makeValue(type: ValidatorJSON, source: Source): Value {
  const { random, ids } = source;
  switch (type.type) {
    case "null":
      return null;
    case "number":
      return random.pick(numbers);
    case "bigint":
      return BigInt(random.below(7) - 3);
    case "boolean":
      return random.below(2) === 0;
    case "string":
      return random.below(3) === 0 ? random.pick(texts) : makeText(random);
    case "bytes":
      return Uint8Array.from([random.below(3), 255]).buffer;
    case "literal":
      return type.value as Value;
    case "id":
      return random.pick(ids.get(type.tableName) ?? []);
    case "array": {
      const length = mayMake(type.value, source) ? random.below(4) : 0;
      const elements = Array.from({ length }, () => makeValue(type.value, source));
      return "merge" in type && type.merge === "set" ? asSet(elements) : elements;
    }
    case "object":
      return makeDocument(type, { ...source, vectorLengths: new Map() }) as Value;
    case "union":
      return makeValue(random.pick(type.value), source);
    case "record":
      return { [random.pick(words)]: makeValue(type.values.fieldType, source) };
    case "any":
      return random.pick<Value>([null, 1n, 2.5, "any", true, [1, null], { a: { b: ["c"] } }]);
    default:
      throw new Error(`a value of type ${type.type} cannot be made`);
  }
}

// As a set is shown: each element once, in Convex's order.
function asSet(elements: Value[]): Value[] {
  const sorted = elements.sort(compareValues);
  return sorted.filter((element, i) => i === 0 || compareValues(sorted[i - 1], element) !== 0);
}

function makeText(random: Random): string {
  return Array.from({ length: 1 + random.below(3) }, () => random.pick(words)).join(" ");
}

/** The tables that a table's documents cannot be made without. */
export function requiredTables(type: ValidatorJSON): string[] {
  switch (type.type) {
    case "id":
      return [type.tableName];
    case "object":
      return Object.values(type.value)
        .filter(({ optional }) => !optional)
        .flatMap(({ fieldType }) => requiredTables(fieldType));
    default:
      return [];
  }
}

export interface Broken {
  /** What is wrong, as "status: not one of its words". */
  what: string;
  /** The field that the error has to name. */
  field: string;
  document: Document;
}

/** Every way to break one of a document's fields that the validator must notice. */
export function breakDocument(type: ValidatorJSON, document: Document, source: Source): Broken[] {
  if (type.type !== "object") throw new Error(`a document of type ${type.type} cannot be broken`);
  const broken: Broken[] = [
    {
      what: "a field that is not declared",
      field: "surplus",
      document: { ...document, surplus: 1 },
    },
  ];
  for (const [field, { fieldType, optional }] of Object.entries(type.value)) {
    if (!optional) {
      const { [field]: _, ...rest } = document;
      broken.push({ what: `${field}: missing`, field, document: rest });
    }
    for (const [what, value] of wrongValues(fieldType, source)) {
      broken.push({ what: `${field}: ${what}`, field, document: { ...document, [field]: value } });
    }
  }
  return broken;
}

// Values that the type must refuse, each with what is wrong about it.
function wrongValues(type: ValidatorJSON, source: Source): [string, Value][] {
  switch (type.type) {
    case "any":
      return [];
    case "string":
      return [
        ["a number for text", 1],
        ["null", null],
      ];
    case "number":
      return [
        ["text for a number", "1"],
        ["an int64 for a number", 1n],
      ];
    case "boolean":
      return [["a number for a boolean", 0]];
    case "bigint":
      return [["a float64 for an int64", 1]];
    case "bytes":
      return [["text for bytes", "AQ=="]];
    case "record":
      return [
        ["no record", []],
        ...wrongValues(type.values.fieldType, source).map(([what, value]): [string, Value] => [
          `in the record ${what}`,
          { key: value },
        ]),
      ];
    case "id":
      return [
        ["no id", "nothing"],
        ["an id of another table", idOfOther(type.tableName, source)],
      ];
    case "array":
      return [
        ["no array", {}],
        ...wrongValues(type.value, source).map(([what, value]): [string, Value] => [
          `in the array ${what}`,
          [value],
        ]),
      ];
    case "object":
      return [
        ["no object", []],
        ...breakDocument(type, makeDocument(type, source), source).map(
          ({ what, document }): [string, Value] => [`in the object ${what}`, document as Value],
        ),
      ];
    case "union":
      return [
        ["none of the union", "none of these"],
        ["none of the union either", -7],
      ];
    default:
      throw new Error(`a value of type ${type.type} cannot be broken`);
  }
}

function idOfOther(table: string, { ids }: Source): string {
  for (const [other, rows] of ids) if (other !== table && rows[0]) return rows[0];
  throw new Error(`there is no table but ${table}`);
}
