// defineRules: what convex/rules.ts exports, checked as far as it can be without the schema. The
// core checks the rest when it loads the application.
import type {
  DataModelFromSchemaDefinition,
  FieldTypeFromFieldPath,
  GenericDataModel,
  GenericSchema,
  SchemaDefinition,
  TableNamesInDataModel,
} from "convex/server";
import type { GenericId } from "convex/values";
import { type Condition, valueJson } from "./expression.ts";

/** One condition with a name for developers and a sentence for the person who was refused. */
export interface Clause {
  name: string;
  message: string;
  allow: Condition;
}

/** All clauses must allow. Without a rule, nobody may. */
export type Rule = Clause | readonly Clause[];

type Document<M extends GenericDataModel, Table extends keyof M> = M[Table]["document"];
type FieldPath<M extends GenericDataModel, Table extends keyof M> = M[Table]["fieldPaths"];
type FieldType<M extends GenericDataModel, Table extends keyof M, Path> = Path extends string
  ? FieldTypeFromFieldPath<Document<M, Table>, Path>
  : never;

/** No two rows of a tenant have the same values in the fields. A row in which one of them is undefined is
 * not judged (null is a value), nor one for which `where`, which looks at the row alone, is not true. */
export interface Unique<Path extends string = string> {
  name: string;
  message: string;
  fields: readonly [Path, ...Path[]];
  where?: Condition;
}

/** From one of these values to one of those, by one of the roles (else by everyone who may update). */
export interface Move<V = unknown, Role extends string = string> {
  from: V | readonly V[];
  to: V | readonly V[];
  roles?: readonly Role[];
  when?: Condition;
}

/** What a field may be in a new row, and how it may change. What no move allows is refused. */
export interface Transition<V = unknown, Role extends string = string> {
  initial: readonly V[];
  moves?: readonly Move<V, Role>[];
  /** Stands before the sentence that says from what, to what, and what would have been allowed. */
  message?: string;
}

export type OnDelete = "restrict" | "cascade" | "setUndefined";

/** What becomes of the row when the one that its field refers to is deleted. */
export interface Reference<On extends OnDelete = OnDelete> {
  onDelete: On;
  message?: string;
}

type IsId<T> =
  NonNullable<T> extends GenericId<string> | readonly GenericId<string>[] ? true : false;
// A field that must be there cannot be set undefined; of an array, the element goes.
type OnDeleteOf<T> = undefined extends T
  ? OnDelete
  : NonNullable<T> extends readonly unknown[]
    ? OnDelete
    : Exclude<OnDelete, "setUndefined">;

/** For how many days, and how many entries of a row, it is kept who changed what. */
export interface History {
  days?: number;
  count?: number;
}

export interface TableRules<
  M extends GenericDataModel = GenericDataModel,
  Table extends keyof M = string,
  Role extends string = string,
> {
  read?: Rule;
  insert?: Rule;
  update?: Rule;
  delete?: Rule;
  /** Judged of every row as an insert or update leaves it, whoever wrote it. */
  checks?: Rule;
  unique?: Unique<FieldPath<M, Table>> | readonly Unique<FieldPath<M, Table>>[];
  transitions?: {
    [Path in FieldPath<M, Table>]?: Transition<FieldType<M, Table, Path> | undefined, Role>;
  };
  /** The rows that an id names must be there, and readable, when it is written. */
  references?: {
    [Path in FieldPath<M, Table> as IsId<FieldType<M, Table, Path>> extends false ? never : Path]?:
      | OnDeleteOf<FieldType<M, Table, Path>>
      | Reference<OnDeleteOf<FieldType<M, Table, Path>>>;
  };
  /** true: 90 days, 100 entries a row. */
  history?: boolean | History;
}

export interface RulesDefinition<
  M extends GenericDataModel = GenericDataModel,
  Role extends string = string,
> {
  /** Each row of the root table is a tenant; the other tables name it in a field, a v.id of it. Rows of
   * local tables stay on the device that wrote them; they have no rules. */
  tenancy: {
    root: TableNamesInDataModel<M>;
    fields: { [Table in TableNamesInDataModel<M>]?: FieldPath<M, Table> };
    local?: readonly TableNamesInDataModel<M>[];
  };
  /** A row of `table` makes the person whose `claim` equals its `field` a member with its `role`. Where
   * each tenant is one person's own space, the table is the root table itself. */
  membership: { table: TableNamesInDataModel<M>; field: string; claim: string; role: string };
  tables: { [Table in TableNamesInDataModel<M>]?: TableRules<M, Table, Role> };
}

type ModelOf<Schema> =
  Schema extends SchemaDefinition<infer Tables extends GenericSchema, boolean>
    ? DataModelFromSchemaDefinition<SchemaDefinition<Tables, true>>
    : GenericDataModel;

type CompiledTable = Readonly<Record<string, unknown>> & {
  readonly [Action in (typeof actions)[number] | "checks"]?: readonly Clause[];
};

/** The JSON that the core reads. */
export interface Rules {
  tenancy: RulesDefinition["tenancy"];
  membership: RulesDefinition["membership"];
  tables: Record<string, CompiledTable>;
}

const actions = ["read", "insert", "update", "delete"] as const satisfies (keyof TableRules)[];
const members: readonly string[] = [
  ...actions,
  "checks",
  "unique",
  "transitions",
  "references",
  "history",
] satisfies (keyof TableRules)[];

/** A clause: its name, the sentence for a person who is refused, and what allows. */
export function allow(name: string, message: string, condition: Condition): Clause {
  return { name, message, allow: condition };
}

/** A check of the rows themselves: its name, the sentence, and what must be true. */
export const check = allow;

/** How a field may go on: from one value, or any of several, to others. */
export function move<const V, const W, const Role extends string = never>(
  from: V,
  to: W,
  { roles, when }: { roles?: readonly Role[]; when?: Condition } = {},
): { from: V; to: W; roles?: readonly Role[]; when?: Condition } {
  return { from, to, ...(roles && { roles }), ...(when && { when }) };
}

/** Throws an Error that names the table and rule. With the schema's type, names of tables and fields,
 * values and roles are checked as they are written:
 * `defineRules<typeof schema, "admin" | "member">({ ... })`. */
export function defineRules<Schema = undefined, Role extends string = string>(
  definition: RulesDefinition<ModelOf<Schema>, Role>,
): Rules {
  const { tenancy, membership, tables } = definition as unknown as RulesDefinition;
  if (!tenancy?.root) throw new Error("rules: tenancy.root must name the table of tenants");
  for (const part of ["table", "field", "claim", "role"] as const) {
    if (!membership?.[part]) throw new Error(`rules: membership.${part} is missing`);
  }
  const compiled: Record<string, CompiledTable> = {};
  for (const [table, rules] of Object.entries(tables)) {
    if (rules) compiled[table] = compileTable(table, rules);
  }
  return { tenancy, membership, tables: compiled };
}

function compileTable(table: string, rules: TableRules): CompiledTable {
  for (const member of Object.keys(rules)) {
    if (!members.includes(member)) {
      throw new Error(`rules: ${table}.${member}: use ${members.join(", ")}`);
    }
  }
  const compiled: Record<string, unknown> = {};
  for (const action of [...actions, "checks"] as const) {
    const rule = rules[action];
    if (rule === undefined) continue;
    const clauses = listOf<Clause>(rule);
    checkClauses(`${table}.${action}`, clauses);
    compiled[action] = clauses;
  }
  if (rules.unique) compiled["unique"] = listOf<Unique>(rules.unique);
  if (rules.transitions) {
    compiled["transitions"] = Object.entries(rules.transitions).map(([field, transition]) =>
      compileTransition(`${table}.transitions.${field}`, field, transition),
    );
  }
  if (rules.references) {
    compiled["references"] = Object.entries(rules.references).map(([field, reference]) => ({
      field,
      ...(typeof reference === "string" ? { onDelete: reference } : (reference as Reference)),
    }));
  }
  if (rules.history !== undefined) compiled["history"] = rules.history;
  return compiled;
}

function compileTransition(place: string, field: string, transition?: Transition): unknown {
  if (!Array.isArray(transition?.initial)) {
    throw new Error(`rules: ${place}: "initial" must list what the field is in a new row`);
  }
  const { initial, moves, message } = transition;
  return {
    field,
    initial: initial.map(valueJson),
    ...(moves?.length && {
      moves: moves.map(({ from, to, ...who }) => ({
        from: listOf(from).map(valueJson),
        to: listOf(to).map(valueJson),
        ...who,
      })),
    }),
    ...(message !== undefined && { message }),
  };
}

function listOf<T>(given: T | readonly T[]): readonly T[] {
  return Array.isArray(given) ? (given as readonly T[]) : [given as T];
}

function checkClauses(place: string, clauses: readonly Clause[]): void {
  const names = new Set<string>();
  for (const clause of clauses) {
    if (!clause.name || !clause.message || !Array.isArray(clause.allow)) {
      throw new Error(`rules: ${place}: write allow(name, message, condition)`);
    }
    if (names.has(clause.name)) {
      throw new Error(`rules: ${place}: "${clause.name}" stands there twice`);
    }
    names.add(clause.name);
  }
}
