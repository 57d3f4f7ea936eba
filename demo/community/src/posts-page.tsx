// PostsPage: writing, the newest posts page by page, the popular ones beside them, and the bin.
import { usePaginatedQuery, useQuery } from "convex/react";
import { type FormEvent, useMemo, useState } from "react";
import { Skeleton } from "../../lib/src/skeleton.tsx";
import { useWrite } from "../../lib/src/use-write.ts";
import { api } from "../convex/_generated/api.js";
import { Bin } from "./bin.tsx";
import { LoadMore } from "./load-more.tsx";
import { useMembership } from "./membership.ts";
import { PostCard } from "./post-card.tsx";

const pageSize = 8;

export function PostsPage() {
  const { community } = useMembership();
  const communityId = community._id;
  const pages = usePaginatedQuery(api.posts.newest, { communityId }, { initialNumItems: pageSize });
  const postIds = useMemo(() => pages.results.map(({ _id }) => _id), [pages.results]);
  const liked = useQuery(api.reactions.myLikes, { communityId, postIds });
  return (
    <div className="columns">
      <section className="column" aria-label="Newest posts">
        <WritePost />
        {pages.status === "LoadingFirstPage" ? (
          <Skeleton rows={4} />
        ) : (
          <ul className="posts">
            {pages.results.map((post) => (
              <PostCard key={post._id} post={post} liked={liked?.includes(post._id) ?? false} />
            ))}
          </ul>
        )}
        {pages.status === "Exhausted" && pages.results.length === 0 && (
          <p className="empty">Nobody has written anything yet.</p>
        )}
        <LoadMore status={pages.status} onMore={() => pages.loadMore(pageSize)} />
      </section>
      <aside className="column">
        <Popular />
        <Bin />
      </aside>
    </div>
  );
}

function WritePost() {
  const { community } = useMembership();
  const create = useWrite(api.posts.create);
  const [title, setTitle] = useState("");
  const [body, setBody] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const done = await create({ communityId: community._id, title, body, publish: true });
    if (!done) return;
    setTitle("");
    setBody("");
  };
  return (
    <form className="card write" onSubmit={submit}>
      <h2>Write a post</h2>
      <label className="field">
        Title
        <input
          required
          maxLength={120}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
      </label>
      <label className="field">
        <span>
          Text <span className="optional">optional</span>
        </span>
        <textarea rows={2} value={body} onChange={(event) => setBody(event.target.value)} />
      </label>
      <button type="submit" className="button primary">
        Publish
      </button>
    </form>
  );
}

function Popular() {
  const { community } = useMembership();
  const posts = useQuery(api.posts.popular, { communityId: community._id, limit: 5 });
  return (
    <section className="card" aria-labelledby="popular-title">
      <h2 id="popular-title">Popular</h2>
      {posts === undefined ? (
        <Skeleton rows={2} />
      ) : posts.length === 0 ? (
        <p className="detail">What is liked most will stand here.</p>
      ) : (
        <ol className="ranking">
          {posts.map(({ _id, title, likeCount }) => (
            <li key={_id}>
              <span>{title}</span>
              <span className="count">{likeCount === 1 ? "1 like" : `${likeCount} likes`}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
