// Who is asking, and what their role permits.
//
// These helpers run on the device and give early, readable errors. They are no protection: what a person
// may really read and write is decided by rules.ts, which the relay enforces.
import type { UserIdentity } from "convex/server";
import { ConvexError } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";

export type Role = Doc<"members">["role"];

const memberPermissions = ["post:create", "post:comment", "member:view", "file:create"] as const;
const moderatorPermissions = [
  ...memberPermissions,
  "post:editAny",
  "post:removeAny",
  "post:purge",
  "file:removeAny",
  "audit:view",
] as const;
const adminPermissions = [
  ...moderatorPermissions,
  "member:manage",
  "community:edit",
  "community:delete",
] as const;

export type Permission = (typeof adminPermissions)[number];

export const permissionsByRole: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  admin: new Set(adminPermissions),
  moderator: new Set(moderatorPermissions),
  member: new Set(memberPermissions),
};

export function isPermitted(role: Role, permission: Permission): boolean {
  return permissionsByRole[role].has(permission);
}

/** The signed-in person. Throws "Not authenticated" if there is none or the token has no address. */
export async function requireAuth(ctx: QueryCtx): Promise<UserIdentity & { email: string }> {
  const identity = await ctx.auth.getUserIdentity();
  if (!identity?.email) throw new ConvexError("Not authenticated");
  return { ...identity, email: identity.email.toLowerCase() };
}

export async function findMember(
  ctx: QueryCtx,
  communityId: Id<"communities">,
  email: string,
): Promise<Doc<"members"> | null> {
  return await ctx.db
    .query("members")
    .withIndex("by_community_and_email", (q) => q.eq("communityId", communityId).eq("email", email))
    .first();
}

/** The person's row in the community. */
export async function requireMember(
  ctx: QueryCtx,
  communityId: Id<"communities">,
): Promise<Doc<"members">> {
  const { email } = await requireAuth(ctx);
  const member = await findMember(ctx, communityId, email);
  if (!member) throw new ConvexError("You are no member of this community");
  return member;
}

/** The person's row in the community. Throws unless their role has the permission. */
export async function requirePermission(
  ctx: QueryCtx,
  communityId: Id<"communities">,
  permission: Permission,
): Promise<Doc<"members">> {
  const member = await requireMember(ctx, communityId);
  if (!isPermitted(member.role, permission)) throw denied(member.role, permission);
  return member;
}

/** As requirePermission, but whoever owns the thing needs none. */
export async function requireOwnerOr(
  ctx: QueryCtx,
  thing: { communityId: Id<"communities">; ownerEmail: string },
  permission: Permission,
): Promise<Doc<"members">> {
  const member = await requireMember(ctx, thing.communityId);
  if (thing.ownerEmail !== member.email && !isPermitted(member.role, permission)) {
    throw denied(member.role, permission);
  }
  return member;
}

// The data is for the page: it can say what is missing without reading the sentence.
function denied(role: Role, permission: Permission): ConvexError<Record<string, string>> {
  const message = `As ${role} you have no permission ${permission}`;
  return new ConvexError({ code: "forbidden", permission, message });
}
