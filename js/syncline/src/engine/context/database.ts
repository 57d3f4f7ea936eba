// ctx.db: as npm convex's, in what it takes, gives and says. Plain objects whose functions stand alone, so
// that applications can spread, wrap and replace them.
import type { Value } from "convex/values";
import type { Frame } from "../frame.ts";
import type { LoadedModules } from "../modules.ts";
import { patchToText, textToValue, valueToText } from "../values.ts";
import { requireArg } from "./arguments.ts";
import { QueryInitializer } from "./query.ts";

type Id = string;
type Document = Record<string, Value>;

export interface TableReader {
  get(id: Id): Promise<Document | null>;
  query(): QueryInitializer;
}

export interface BaseReader {
  get(...args: [table: string, id: Id] | [id: Id]): Promise<Document | null>;
  query(table: string): QueryInitializer;
  normalizeId(table: string, id: string): Id | null;
  table(name: string): TableReader;
}

export interface DatabaseReader extends BaseReader {
  system: BaseReader;
}

export function databaseReader(frame: Frame): DatabaseReader {
  return { ...baseReader(frame, false), system: baseReader(frame, true) };
}

export function databaseWriter(frame: Frame, modules: LoadedModules) {
  const insert = async (table: string, value: Value): Promise<Id> => {
    if (table?.startsWith("_")) {
      throw new Error("System tables (prefixed with `_`) are read-only.");
    }
    requireArg(table, 1, "insert", "table");
    requireArg(value, 2, "insert", "value");
    return frame.insert(table, valueToText(value));
  };
  const patch = async (table: string | undefined, id: Id, value: Value): Promise<void> => {
    requireArg(id, 1, "patch", "id");
    requireArg(value, 2, "patch", "value");
    await frame.patch(id, table, patchToText(value));
  };
  const replace = async (table: string | undefined, id: Id, value: Value): Promise<void> => {
    requireArg(id, 1, "replace", "id");
    requireArg(value, 2, "replace", "value");
    await frame.replace(id, table, valueToText(value));
  };
  const remove = async (table: string | undefined, id: Id): Promise<void> => {
    requireArg(id, 1, "delete", "id");
    await frame.delete(id, table);
  };
  // Either with the table in front or without.
  type Change = [table: string, id: Id, value: Value] | [id: Id, value: Value];
  const changing =
    (change: (table: string | undefined, id: Id, value: Value) => Promise<void>) =>
    (...args: Change): Promise<void> =>
      args[2] !== undefined
        ? change(args[0], args[1] as Id, args[2])
        : change(undefined, args[0], args[1]);
  return {
    ...databaseReader(frame),
    vars: {
      get commitTs() {
        return modules.commitTs;
      },
    },
    insert,
    patch: changing(patch),
    replace: changing(replace),
    delete: (...args: [table: string, id: Id] | [id: Id]): Promise<void> =>
      args[1] !== undefined ? remove(args[0], args[1]) : remove(undefined, args[0]),
    table: (name: string) => ({
      ...tableReader(frame, name, false),
      insert: (value: Value) => insert(name, value),
      patch: (id: Id, value: Value) => patch(name, id, value),
      replace: (id: Id, value: Value) => replace(name, id, value),
      delete: (id: Id) => remove(name, id),
    }),
  };
}

function baseReader(frame: Frame, isSystem: boolean): BaseReader {
  return {
    get: (...args) =>
      args[1] !== undefined
        ? get(frame, args[0], args[1], isSystem)
        : get(frame, undefined, args[0], isSystem),
    query: (table) => query(frame, table, isSystem),
    normalizeId(table, id) {
      requireArg(table, 1, "normalizeId", "tableName");
      requireArg(id, 2, "normalizeId", "id");
      requireReader(table, isSystem, "normalizeId");
      return frame.normalizeId(table, id);
    },
    table: (name) => tableReader(frame, name, isSystem),
  };
}

function tableReader(frame: Frame, name: string, isSystem: boolean): TableReader {
  return {
    get: (id) => get(frame, name, id, isSystem),
    query: () => query(frame, name, isSystem),
  };
}

async function get(
  frame: Frame,
  table: string | undefined,
  id: Id,
  isSystem: boolean,
): Promise<Document | null> {
  requireArg(id, 1, "get", "id");
  if (typeof id !== "string") {
    throw new Error(
      `Invalid argument \`id\` for \`db.get\`, expected string but got '${typeof id}': ${id as unknown}`,
    );
  }
  return textToValue(await frame.get(id, table, isSystem)) as Document | null;
}

function query(frame: Frame, table: string, isSystem: boolean): QueryInitializer {
  requireReader(table, isSystem, "query");
  return new QueryInitializer(frame, table);
}

function requireReader(table: string, isSystem: boolean, method: string): void {
  const wantsSystem = table.startsWith("_");
  if (wantsSystem === isSystem) return;
  throw new Error(
    `${wantsSystem ? "System" : "User"} tables can only be accessed from ` +
      `db.${isSystem ? "" : "system."}${method}().`,
  );
}
