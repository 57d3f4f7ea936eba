// LoadMore: the button below a list that comes page by page.
import type { PaginationStatus } from "convex/react";

export function LoadMore({ status, onMore }: { status: PaginationStatus; onMore: () => void }) {
  if (status === "Exhausted" || status === "LoadingFirstPage") return null;
  const loading = status === "LoadingMore";
  return (
    <button
      type="button"
      className="button more"
      aria-disabled={loading}
      onClick={loading ? undefined : onMore}
    >
      {loading ? "Loading…" : "Load more"}
    </button>
  );
}
