// Bin: what was thrown away, to be restored, or by moderators deleted for good.
import { useQuery } from "convex/react";
import { useState } from "react";
import { ConfirmDialog } from "../../lib/src/dialog.tsx";
import { Icon } from "../../lib/src/icons.tsx";
import { useWrite } from "../../lib/src/use-write.ts";
import { api } from "../convex/_generated/api.js";
import type { Doc } from "../convex/_generated/dataModel.js";
import { isPermitted } from "../convex/lib/access.js";
import { useMembership } from "./membership.ts";

export function Bin() {
  const { community, member } = useMembership();
  const posts = useQuery(api.posts.bin, { communityId: community._id });
  const restore = useWrite(api.posts.restore);
  const purge = useWrite(api.posts.purge);
  const [leaving, setLeaving] = useState<Doc<"posts"> | null>(null);
  if (posts === undefined || posts.length === 0) return null;
  return (
    <section className="card" aria-labelledby="bin-title">
      <h2 id="bin-title">Bin</h2>
      <ul className="bin">
        {posts.map((post) => (
          <li key={post._id}>
            <span className="bin-title">{post.title}</span>
            <button
              type="button"
              className="icon-button"
              aria-label={`Restore: ${post.title}`}
              title="Restore"
              onClick={() => void restore({ postId: post._id })}
            >
              <Icon name="undo" />
            </button>
            {isPermitted(member.role, "post:purge") && (
              <button
                type="button"
                className="icon-button"
                aria-label={`Delete for good: ${post.title}`}
                title="Delete for good"
                onClick={() => setLeaving(post)}
              >
                <Icon name="remove" />
              </button>
            )}
          </li>
        ))}
      </ul>
      {leaving !== null && (
        <ConfirmDialog
          title="Delete for good?"
          message={`“${leaving.title}” goes with its comments and likes, for everybody.`}
          confirm="Delete"
          onConfirm={() => void purge({ postId: leaving._id })}
          onClose={() => setLeaving(null)}
        />
      )}
    </section>
  );
}
