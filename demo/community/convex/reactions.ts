// Reactions: likes and comments. Each writes its own row, and adds to the post's counter.
import { ConvexError, v } from "convex/values";
import { mutation, query } from "./_generated/server.js";
import { isPermitted, requireMember, requireOwnerOr } from "./lib/access.js";
import { requireReadable } from "./lib/posts.js";
import { settingsOf } from "./lib/settings.js";
import { cleanText } from "./lib/text.js";

/** Likes a post, or takes the like back. Saying the same twice changes nothing. */
export const setLike = mutation({
  args: { postId: v.id("posts"), liked: v.boolean() },
  handler: async (ctx, { postId, liked }) => {
    const { post, member } = await requireReadable(ctx, postId);
    if (post.deletedAt !== undefined) throw new ConvexError("The post is in the bin");
    const { communityId } = post;
    const { email } = member;
    const likes = await ctx.db
      .query("likes")
      .withIndex("by_post_and_email", (q) => q.eq("postId", postId).eq("email", email))
      .collect();
    if (liked === likes.length > 0) return null;
    if (liked) await ctx.db.insert("likes", { communityId, postId, email });
    for (const { _id } of likes) await ctx.db.delete("likes", _id);
    await ctx.db.patch("posts", postId, {
      likeCount: post.likeCount + (liked ? 1 : -likes.length),
    });
    return null;
  },
});

/** Which of the posts the signed-in person likes. */
export const myLikes = query({
  args: { communityId: v.id("communities"), postIds: v.array(v.id("posts")) },
  handler: async (ctx, { communityId, postIds }) => {
    const { email } = await requireMember(ctx, communityId);
    const liked = [];
    for (const postId of postIds) {
      const like = await ctx.db
        .query("likes")
        .withIndex("by_post_and_email", (q) => q.eq("postId", postId).eq("email", email))
        .first();
      if (like) liked.push(postId);
    }
    return liked;
  },
});

export const comment = mutation({
  args: { postId: v.id("posts"), text: v.string() },
  handler: async (ctx, { postId, text }) => {
    const { post, member } = await requireReadable(ctx, postId);
    const community = await ctx.db.get("communities", post.communityId);
    if (!community) throw new ConvexError("There is no such community");
    if (!settingsOf(community).allowComments && !isPermitted(member.role, "post:editAny")) {
      throw new ConvexError("Comments are switched off in this community");
    }
    if (post.deletedAt !== undefined) throw new ConvexError("The post is in the bin");
    const commentId = await ctx.db.insert("comments", {
      ...{ communityId: post.communityId, postId, authorName: member.name },
      ...{ authorEmail: member.email, text: cleanText("A comment", text, { max: 1000 }) },
    });
    await ctx.db.patch("posts", postId, { commentCount: post.commentCount + 1 });
    return commentId;
  },
});

/** A post's comments, oldest first. */
export const comments = query({
  args: { postId: v.id("posts") },
  handler: async (ctx, { postId }) => {
    await requireReadable(ctx, postId);
    return await ctx.db
      .query("comments")
      .withIndex("by_post", (q) => q.eq("postId", postId))
      .take(200);
  },
});

export const removeComment = mutation({
  args: { commentId: v.id("comments") },
  handler: async (ctx, { commentId }) => {
    const found = await ctx.db.get("comments", commentId);
    if (!found) throw new ConvexError("There is no such comment");
    const { communityId, postId, authorEmail: ownerEmail } = found;
    await requireOwnerOr(ctx, { communityId, ownerEmail }, "post:removeAny");
    await ctx.db.delete("comments", commentId);
    const post = await ctx.db.get("posts", postId);
    if (post) await ctx.db.patch("posts", postId, { commentCount: post.commentCount - 1 });
    return null;
  },
});
