// A post as the functions reach it: found or refused, and changed.
import { ConvexError } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { isPermitted, type Permission, requireMember, requireOwnerOr } from "./access.js";
import { settingsOf } from "./settings.js";
import { cleanTags, cleanText } from "./text.js";

export type PostChange = Partial<Pick<Doc<"posts">, "title" | "body" | "tags" | "status">>;

const absent = () => new ConvexError("There is no such post");

/** A post that this person may read: published, their own, or any for moderators. */
export async function requireReadable(ctx: QueryCtx, postId: Id<"posts">) {
  const post = await ctx.db.get("posts", postId);
  if (!post) throw absent();
  const member = await requireMember(ctx, post.communityId);
  const isOpen = post.status === "published" && post.deletedAt === undefined;
  const isOwn = post.authorEmail === member.email;
  if (!isOpen && !isOwn && !isPermitted(member.role, "post:editAny")) throw absent();
  return { post, member };
}

/** A post that this person wrote, or for which their role has the permission. */
export async function requireWritable(ctx: QueryCtx, postId: Id<"posts">, permission: Permission) {
  const post = await ctx.db.get("posts", postId);
  if (!post) throw absent();
  const { communityId, authorEmail: ownerEmail } = post;
  const member = await requireOwnerOr(ctx, { communityId, ownerEmail }, permission);
  return { post, member };
}

/** The fields of a change, checked; what is not given stays. */
export async function checkChange(
  ctx: QueryCtx,
  communityId: Id<"communities">,
  { title, body, tags, status }: PostChange,
): Promise<PostChange> {
  const community = await ctx.db.get("communities", communityId);
  if (!community) throw new ConvexError("There is no such community");
  const { postLengthMax: max } = settingsOf(community);
  return {
    ...(title === undefined ? {} : { title: cleanText("A title", title, { max: 120 }) }),
    ...(body === undefined ? {} : { body: cleanText("A post", body, { min: 0, max }) }),
    ...(tags === undefined ? {} : { tags: cleanTags(tags) }),
    ...(status === undefined ? {} : { status }),
  };
}

/** Applies a change: a post in the bin stays as it is, and what was published is no draft again. */
export async function change(
  ctx: MutationCtx,
  post: Doc<"posts">,
  given: PostChange,
): Promise<void> {
  if (post.deletedAt !== undefined) throw new ConvexError("Restore the post from the bin first");
  if (given.status === "draft" && post.status !== "draft") {
    throw new ConvexError("A post that was published is archived, not a draft again");
  }
  const checked = await checkChange(ctx, post.communityId, given);
  const now = Date.now();
  const isFirst = checked.status === "published" && post.publishedAt === undefined;
  await ctx.db.patch("posts", post._id, {
    ...checked,
    ...(isFirst ? { publishedAt: now } : {}),
    updatedAt: now,
  });
}
