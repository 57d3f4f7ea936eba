// PostCard: one post: who wrote it, its likes, its comments, and the way to the bin.
import { useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { type FormEvent, useId, useState } from "react";
import { usePendingMutations } from "syncline/react";
import { Icon } from "../../lib/src/icons.tsx";
import { Initials } from "../../lib/src/initials.tsx";
import { Skeleton } from "../../lib/src/skeleton.tsx";
import { useWrite } from "../../lib/src/use-write.ts";
import { api } from "../convex/_generated/api.js";
import { isPermitted } from "../convex/lib/access.js";
import { useMembership } from "./membership.ts";

export type Post = FunctionReturnType<typeof api.posts.newest>["page"][number];

const when = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function PostCard({ post, liked }: { post: Post; liked: boolean }) {
  const { member } = useMembership();
  const setLike = useWrite(api.reactions.setLike);
  const remove = useWrite(api.posts.remove);
  const [open, setOpen] = useState(false);
  const titleId = useId();
  const commentsId = useId();
  const waits = usePendingMutations().some(({ rows }) => rows.some(({ id }) => id === post._id));
  const author = post.authorName ?? "Somebody who has left";
  const mayRemove = post.authorEmail === member.email || isPermitted(member.role, "post:removeAny");
  return (
    <li className="card post" aria-labelledby={titleId}>
      <header>
        <Initials name={author} />
        <div>
          <h3 id={titleId}>{post.title}</h3>
          <p className="detail">
            {author}
            {post.publishedAt !== undefined && ` · ${when.format(post.publishedAt)}`}
            {waits && (
              <span className="mark">
                <Icon name="clock" />
                Waiting
              </span>
            )}
          </p>
        </div>
      </header>
      {post.body !== "" && <p className="post-body">{post.body}</p>}
      <footer>
        <button
          type="button"
          className="button like"
          aria-pressed={liked}
          aria-label={`Like: ${post.title}`}
          onClick={() => void setLike({ postId: post._id, liked: !liked })}
        >
          <Icon name="heart" />
          <span className="count">{post.likeCount}</span>
        </button>
        <button
          type="button"
          className="button"
          aria-expanded={open}
          aria-controls={commentsId}
          aria-label={`Comments: ${post.title}`}
          onClick={() => setOpen(!open)}
        >
          <Icon name="comment" />
          <span className="count">{post.commentCount}</span>
        </button>
        {mayRemove && (
          <button
            type="button"
            className="icon-button"
            aria-label={`Move to bin: ${post.title}`}
            title="Move to the bin"
            onClick={() => void remove({ postId: post._id })}
          >
            <Icon name="remove" />
          </button>
        )}
      </footer>
      <div id={commentsId} hidden={!open}>
        {open && <Comments post={post} />}
      </div>
    </li>
  );
}

function Comments({ post }: { post: Post }) {
  const comments = useQuery(api.reactions.comments, { postId: post._id });
  const write = useWrite(api.reactions.comment);
  const [text, setText] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await write({ postId: post._id, text })) setText("");
  };
  if (comments === undefined) return <Skeleton rows={1} />;
  return (
    <>
      <ul className="comments">
        {comments.map((comment) => (
          <li key={comment._id}>
            <strong>{comment.authorName}</strong> {comment.text}
          </li>
        ))}
      </ul>
      <form className="inline-form" onSubmit={submit}>
        <label className="field">
          Your comment
          <input
            required
            maxLength={1000}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <button type="submit" className="button">
          Comment
        </button>
      </form>
    </>
  );
}
