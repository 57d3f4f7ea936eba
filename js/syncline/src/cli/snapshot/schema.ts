// ApplicationShape: what importing and exporting need to know of an application: its tables, and which
// tenant a row belongs to.
import type { App } from "../../engine/application.ts";
import type { Document } from "./values.ts";

interface Tenancy {
  root: string;
  fields: Readonly<Record<string, string>>;
  local?: readonly string[];
}

/** Rows of one group are written by one mutation: those of a tenant, or the local ones. */
export type Group = string;
export const localGroup: Group = "";

export class ApplicationShape {
  /** Names with their components': "workpool/tasks". */
  readonly tables: readonly string[];
  /** Tables whose rows make others writable: of tenants, and of their members. They come first. */
  readonly founding: readonly string[];
  private readonly validators = new Map<string, unknown>();
  private readonly localTables = new Set<string>();
  private readonly tenancy: Tenancy | null;

  constructor({ application }: Pick<App, "application">) {
    const { tables } = application.schema as {
      tables: readonly { tableName: string; documentType?: unknown; local?: boolean }[];
    };
    const rules = application.rules as { tenancy: Tenancy; membership: { table: string } } | null;
    this.tenancy = rules?.tenancy ?? null;
    this.tables = tables.map(({ tableName }) => tableName).sort();
    for (const { tableName, documentType, local } of tables) {
      this.validators.set(tableName, documentType);
      const isLocal = local === true || !rules || rules.tenancy.local?.includes(tableName) === true;
      if (isLocal) this.localTables.add(tableName);
    }
    this.founding = rules ? [...new Set([rules.tenancy.root, rules.membership.table])] : [];
  }

  has(table: string): boolean {
    return this.validators.has(table);
  }

  isLocal(table: string): boolean {
    return this.localTables.has(table);
  }

  validator(table: string): unknown {
    return this.validators.get(table);
  }

  /** Throws an Error if the row does not say which tenant it belongs to. */
  groupOf(table: string, document: Document): Group {
    if (this.isLocal(table)) return localGroup;
    const { root, fields } = this.tenancy ?? { root: "", fields: {} };
    const field = table === root ? "_id" : fields[table];
    const tenant = field === undefined ? undefined : document[field];
    if (typeof tenant === "string") return tenant;
    throw new Error(
      field === undefined
        ? `rules.ts names no tenant for the table ${table}`
        : `its ${field} names no tenant (a row of ${root})`,
    );
  }
}
