// Who is asking: the identity of the token and the person's row in one organization.
//
// These helpers run on the device and give early, readable errors. They are no protection: what a
// person may really read and write is decided by rules.ts, which the relay enforces.
import type { UserIdentity } from "convex/server";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";

export type Role = Doc<"users">["role"];

const rankByRole: Record<Role, number> = { admin: 3, member: 2, viewer: 1 };

/** The signed-in person. Throws "Not authenticated" if there is none or the token has no email. */
export async function requireIdentity(
  ctx: QueryCtx | MutationCtx,
): Promise<UserIdentity & { email: string }> {
  const identity = await ctx.auth.getUserIdentity();
  if (!identity?.email) throw new Error("Not authenticated");
  return { ...identity, email: identity.email.toLowerCase() };
}

/** The person's row in the organization, or null if they are no member of it. */
export async function findMember(
  ctx: QueryCtx | MutationCtx,
  organizationId: Id<"organizations">,
  email: string,
): Promise<Doc<"users"> | null> {
  return await ctx.db
    .query("users")
    .withIndex("by_organization_and_email", (q) =>
      q.eq("organizationId", organizationId).eq("email", email),
    )
    .first();
}

/** The person's row in the organization. Throws if they are no member or rank below the role. */
export async function requireRole(
  ctx: QueryCtx | MutationCtx,
  organizationId: Id<"organizations">,
  requiredRole: Role,
): Promise<Doc<"users">> {
  const identity = await requireIdentity(ctx);
  const user = await findMember(ctx, organizationId, identity.email);
  if (!user) throw new Error("User not found");
  if (rankByRole[user.role] < rankByRole[requiredRole]) throw new Error("Insufficient permissions");
  return user;
}
