// defineRules: what convex/rules.ts exports, checked as far as it can be without the schema. The
// core checks the rest when it loads the application.
import type { Condition } from "./expression.ts";

/** One condition with a name for developers and a sentence for the person who was refused. */
export interface Clause {
  name: string;
  message: string;
  allow: Condition;
}

/** All clauses must allow. Without a rule, nobody may. */
export type Rule = Clause | readonly Clause[];

export interface TableRules {
  read?: Rule;
  insert?: Rule;
  update?: Rule;
  delete?: Rule;
}

export interface RulesDefinition {
  /** Each row of the root table is a tenant; the other tables name it in a field, a v.id of it. Rows of
   * local tables stay on the device that wrote them; they have no rules. */
  tenancy: { root: string; fields: Record<string, string>; local?: readonly string[] };
  /** A row of `table` makes the person whose `claim` equals its `field` a member with its `role`. Where
   * each tenant is one person's own space, the table is the root table itself. */
  membership: { table: string; field: string; claim: string; role: string };
  tables: Record<string, TableRules>;
}

type CompiledTable = Partial<Record<keyof TableRules, readonly Clause[]>>;

/** The JSON that the core reads. */
export interface Rules {
  tenancy: RulesDefinition["tenancy"];
  membership: RulesDefinition["membership"];
  tables: Record<string, CompiledTable>;
}

const actions = ["read", "insert", "update", "delete"] as const satisfies (keyof TableRules)[];

/** A clause: its name, the sentence for a person who is refused, and what allows. */
export function allow(name: string, message: string, condition: Condition): Clause {
  return { name, message, allow: condition };
}

/** Throws an Error that names the table and rule. */
export function defineRules(definition: RulesDefinition): Rules {
  const { tenancy, membership, tables } = definition;
  if (!tenancy?.root) throw new Error("rules: tenancy.root must name the table of tenants");
  for (const part of ["table", "field", "claim", "role"] as const) {
    if (!membership?.[part]) throw new Error(`rules: membership.${part} is missing`);
  }
  const compiled: Record<string, CompiledTable> = {};
  for (const [table, rules] of Object.entries(tables)) compiled[table] = compileTable(table, rules);
  return { tenancy, membership, tables: compiled };
}

function compileTable(table: string, rules: TableRules): CompiledTable {
  const compiled: CompiledTable = {};
  for (const action of Object.keys(rules)) {
    if (!(actions as readonly string[]).includes(action)) {
      throw new Error(`rules: ${table}.${action}: use read, insert, update or delete`);
    }
  }
  for (const action of actions) {
    const rule = rules[action];
    if (rule === undefined) continue;
    const clauses = Array.isArray(rule) ? (rule as readonly Clause[]) : [rule as Clause];
    checkClauses(`${table}.${action}`, clauses);
    compiled[action] = clauses;
  }
  return compiled;
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
