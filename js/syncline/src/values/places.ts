// Where merge kinds may stand in a validator's JSON, and where one was written in vain.

export type MergeKind = "counter" | "set" | "list" | "text";

/** What npm convex exports of a validator, with our "merge" where a field has a kind. */
export interface ValidatorJson {
  type: string;
  merge?: MergeKind;
  value?: unknown;
  keys?: unknown;
  values?: { fieldType: ValidatorJson };
}

type FieldJson = { fieldType: ValidatorJson; optional: boolean };

/** Throws an Error that names the place of a merge kind that cannot be one there. REQUIRES: `json` is the
 * validator of a table's documents. */
export function requirePlaces(json: ValidatorJson, table: string): void {
  if (json.type === "object") checkFields(json, table);
  else requirePlain(json, table, describe(json));
}

function checkFields(json: ValidatorJson, place: string): void {
  for (const [name, { fieldType }] of Object.entries(json.value as Record<string, FieldJson>)) {
    const field = `${place}.${name}`;
    if (fieldType.type === "object") checkFields(fieldType, field);
    else for (const part of partsOf(fieldType)) requirePlain(part, field, describe(fieldType));
  }
}

/** Throws if there is a merge kind anywhere in it. `within`: as "an array". */
export function requirePlain(json: ValidatorJson, place: string, within: string): void {
  if (json.merge !== undefined) {
    throw new Error(
      `${place}: ${json.merge}() stands within ${within}, which merges as a whole. Make it a field of ` +
        "its own, or of an object",
    );
  }
  for (const part of partsOf(json)) requirePlain(part, place, within);
}

function partsOf({ type, value, values }: ValidatorJson): ValidatorJson[] {
  switch (type) {
    case "array":
      return [value as ValidatorJson];
    case "union":
      return value as ValidatorJson[];
    case "record":
      return values ? [values.fieldType] : [];
    case "object":
      return Object.values(value as Record<string, FieldJson>).map(({ fieldType }) => fieldType);
    default:
      return [];
  }
}

function describe({ type, merge }: ValidatorJson): string {
  return /^[aeiou]/.test(merge ?? type) && (merge ?? type) !== "union"
    ? `an ${merge ?? type}`
    : `a ${merge ?? type}`;
}
