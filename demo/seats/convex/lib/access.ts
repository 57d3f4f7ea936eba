// Who is asking. What a person may really read and write is decided by rules.ts, which the relay enforces.
import { ConvexError } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";

/** The signed-in person's address and name. */
export async function requirePerson(ctx: QueryCtx): Promise<{ email: string; name: string }> {
  const identity = await ctx.auth.getUserIdentity();
  if (!identity?.email) throw new ConvexError("Nobody is signed in.");
  return { email: identity.email, name: identity.name ?? identity.email };
}

export async function requireMember(
  ctx: QueryCtx,
  centerId: Id<"centers">,
): Promise<Doc<"members">> {
  const { email } = await requirePerson(ctx);
  const member = await ctx.db
    .query("members")
    .withIndex("by_center_and_email", (q) => q.eq("centerId", centerId).eq("email", email))
    .first();
  if (!member) throw new ConvexError("You are no member of this center.");
  return member;
}
