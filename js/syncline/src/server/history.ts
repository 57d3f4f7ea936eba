// history, restore: what became of a row, of a table whose rules say `history`, and the way back.
import type {
  DocumentByName,
  GenericDatabaseReader,
  GenericDatabaseWriter,
  GenericDataModel,
  TableNamesInDataModel,
} from "convex/server";
import type { GenericId } from "convex/values";
import { type ConvexHost, restoreOperation } from "../engine/application.ts";

// Each function has its own in place of a global (engine/globals.ts).
declare const Convex: ConvexHost | undefined;

/** What one change set did to one row, or what one person typed into its texts within five minutes. */
export interface HistoryEntry<Document, Table extends string = string> {
  _id: GenericId<"_history">;
  _creationTime: number;
  table: Table;
  /** The row that was changed. */
  row: GenericId<Table>;
  /** Counts the row's entries, from 1; anew once none of them is kept. */
  version: number;
  /** When it was done, in Unix milliseconds; of what was typed, when the last of it was. _creationTime is when
   * the relay accepted it; of what was typed, the first of it. */
  at: number;
  /** Who did it: their row in the table of memberships. */
  by: string;
  /** Their role at that time. */
  role: string;
  action: "insert" | "update" | "delete";
  /** The row after it, or before it was deleted. As the table's schema was then. */
  document: Document;
  /** The fields that it changed, as "title" and "place.city". */
  changed: string[];
}

export interface HistoryOptions {
  /** The newest so many; default 100, at most 1000. */
  limit?: number;
}

const limitMax = 1000;

// The system table as it is, beside the tables that npm convex's types know.
interface HistoryReader {
  query(table: "_history"): {
    withIndex(
      index: "by_row",
      range: (q: { eq(field: "row", value: string): object }) => object,
    ): { order(order: "desc"): { take(count: number): Promise<unknown[]> } };
  };
}

/** What became of a row, the newest first: as much as this person may see and the table keeps. */
export async function history<
  DataModel extends GenericDataModel,
  Table extends TableNamesInDataModel<DataModel>,
>(
  ctx: { db: GenericDatabaseReader<DataModel> },
  id: GenericId<Table>,
  { limit = 100 }: HistoryOptions = {},
): Promise<HistoryEntry<DocumentByName<DataModel, Table>, Table>[]> {
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax) {
    throw new Error(`history(): limit must be a whole number from 1 to ${limitMax}`);
  }
  const reader = ctx.db.system as unknown as HistoryReader;
  const entries = await reader
    .query("_history")
    .withIndex("by_row", (q) => q.eq("row", id))
    .order("desc")
    .take(limit);
  return entries as HistoryEntry<DocumentByName<DataModel, Table>, Table>[];
}

/** Puts the row back as the entry has it, also if it has been deleted. It is a write like any other: the
 * rules judge it. Throws for an entry that is not there, or not to be seen. Takes an entry or its id; gives the
 * row's. */
export async function restore<DataModel extends GenericDataModel, Table extends string>(
  _ctx: { db: GenericDatabaseWriter<DataModel> },
  entry: Pick<HistoryEntry<unknown, Table>, "_id" | "row"> | GenericId<"_history">,
): Promise<GenericId<Table>> {
  if (typeof Convex === "undefined") {
    throw new Error("restore() works within a mutation of Syncline only");
  }
  const json = JSON.stringify({ entry: typeof entry === "string" ? entry : entry._id });
  const text = await Convex.asyncSyscall(restoreOperation, json);
  return (JSON.parse(text) as { _id: string })._id as GenericId<Table>;
}
