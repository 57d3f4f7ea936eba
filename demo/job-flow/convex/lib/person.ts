// Who is asking, and what they did.
//
// These helpers give early, readable errors on the device. What a person may really read and write is
// decided by rules.ts, which the relay enforces.
import { ConvexError } from "convex/values";
import type { Doc, Id, TableNames } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";

/** The signed-in person's row, null before they have signed up. Throws if nobody is signed in. */
export async function findPerson(ctx: QueryCtx): Promise<Doc<"users"> | null> {
  const identity = await ctx.auth.getUserIdentity();
  if (!identity?.email) throw new ConvexError("Not authenticated");
  const email = identity.email.toLowerCase();
  return await ctx.db
    .query("users")
    .withIndex("by_email", (q) => q.eq("email", email))
    .first();
}

export async function requirePerson(ctx: QueryCtx): Promise<Doc<"users">> {
  const person = await findPerson(ctx);
  if (!person) throw new ConvexError("Sign up first");
  return person;
}

type OwnTable = {
  [Table in TableNames]: Doc<Table> extends { userId: Id<"users"> } ? Table : never;
}[TableNames];

/** The person's own row of a table. "Absent" and "somebody else's" look the same. */
export async function requireOwn<Table extends OwnTable>(
  ctx: QueryCtx,
  table: Table,
  id: Id<Table>,
): Promise<{ person: Doc<"users">; row: Doc<Table> }> {
  const person = await requirePerson(ctx);
  const row: (Doc<Table> & { userId?: unknown }) | null = await ctx.db.get(table, id);
  if (!row || row.userId !== person._id) throw new ConvexError(`There is no such row in ${table}`);
  return { person, row };
}

/** Writes an entry of the audit trail: what was done to what, never personal data. */
export async function audit(
  ctx: MutationCtx,
  entry: { person: Doc<"users">; action: string; resource: string; id: string; metadata?: object },
): Promise<void> {
  const { person, action, resource, id, metadata } = entry;
  await ctx.db.insert("auditLogs", {
    userId: person._id,
    action,
    resource,
    resourceId: id,
    ...(metadata ? { metadata } : {}),
    createdAt: Date.now(),
  });
}

/** Tells the person something. */
export async function notify(
  ctx: MutationCtx,
  person: Doc<"users">,
  notice: Pick<Doc<"notifications">, "title" | "message" | "type"> &
    Partial<Pick<Doc<"notifications">, "priority" | "relatedId" | "relatedType">>,
): Promise<void> {
  await ctx.db.insert("notifications", {
    priority: "medium",
    ...notice,
    userId: person._id,
    read: false,
    createdAt: Date.now(),
  });
}
