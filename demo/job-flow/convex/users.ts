// People: signing up, their profile, and finding each other.
import { ConvexError, v } from "convex/values";
import { mutation, query } from "./_generated/server.js";
import { given, requireText } from "./lib/checks.js";
import { audit, findPerson, requirePerson } from "./lib/person.js";
import { oneOf, userRole } from "./validators.js";

/** The signed-in person, null before they have signed up. */
export const me = query({ args: {}, handler: findPerson });

/** Signs the person up whom the token names. Doing it again changes nothing. */
export const signUp = mutation({
  args: { name: v.string(), role: oneOf("job_seeker", "coach") },
  handler: async (ctx, { name, role }) => {
    const known = await findPerson(ctx);
    if (known) return known._id;
    const identity = await ctx.auth.getUserIdentity();
    if (!identity?.email) throw new ConvexError("Not authenticated");
    const now = Date.now();
    return await ctx.db.insert("users", {
      email: identity.email.toLowerCase(),
      name: requireText("Name", name, 120),
      role,
      authId: identity.subject,
      emailVerified: identity.emailVerified ?? false,
      twoFactorEnabled: false,
      privacySettings: { profileVisible: true, emailVisible: false, phoneVisible: false },
      notificationPreferences: { email: true, push: true, sms: false },
      createdAt: now,
      updatedAt: now,
    });
  },
});

export const updateProfile = mutation({
  args: {
    name: v.optional(v.string()),
    bio: v.optional(v.string()),
    phone: v.optional(v.string()),
    location: v.optional(v.string()),
    profilePhoto: v.optional(v.string()),
    privacySettings: v.optional(
      v.object({
        profileVisible: v.boolean(),
        emailVisible: v.boolean(),
        phoneVisible: v.boolean(),
      }),
    ),
    notificationPreferences: v.optional(
      v.object({ email: v.boolean(), push: v.boolean(), sms: v.boolean() }),
    ),
  },
  handler: async (ctx, { name, ...fields }) => {
    const person = await requirePerson(ctx);
    await ctx.db.patch(person._id, {
      ...given(fields),
      ...(name === undefined ? {} : { name: requireText("Name", name, 120) }),
      updatedAt: Date.now(),
    });
    await audit(ctx, { person, action: "profile_update", resource: "user", id: person._id });
    return null;
  },
});

/** Visible people whose name has the words, of one role or all. */
export const search = query({
  args: { text: v.string(), role: v.optional(userRole) },
  handler: async (ctx, { text, role }) => {
    await requirePerson(ctx);
    const found = await ctx.db
      .query("users")
      .withSearchIndex("search_users", (q) => {
        const named = q.search("name", text);
        return role === undefined ? named : named.eq("role", role);
      })
      .take(20);
    return found
      .filter(({ privacySettings }) => privacySettings.profileVisible)
      .map(({ _id, name, role, bio, location }) => ({ _id, name, role, bio, location }));
  },
});

/** What the person did, newest first. */
export const activity = query({
  args: { limit: v.optional(v.number()) },
  handler: async (ctx, { limit }) => {
    const person = await requirePerson(ctx);
    return await ctx.db
      .query("auditLogs")
      .withIndex("by_user", (q) => q.eq("userId", person._id))
      .order("desc")
      .take(limit ?? 20);
  },
});
