// Notices: one sentence at the foot of the page about what just went wrong, read aloud as well.
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from "react";
import { Icon } from "./icons.tsx";

const visibleMs = 8000;

const NoticeContext = createContext<(message: string) => void>(() => {});

export function useNotice(): (message: string) => void {
  return useContext(NoticeContext);
}

export function NoticeProvider({ children }: { children: ReactNode }) {
  const [notice, setNotice] = useState<{ message: string } | null>(null);
  const notify = useCallback((message: string) => setNotice({ message }), []);
  useEffect(() => {
    if (notice === null) return;
    const timer = setTimeout(() => setNotice(null), visibleMs);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <NoticeContext value={notify}>
      {children}
      <div className="notice-place" role="status">
        {notice !== null && (
          <div className="notice">
            <Icon name="warning" />
            <p>{notice.message}</p>
            <button
              type="button"
              className="icon-button"
              aria-label="Dismiss"
              onClick={() => setNotice(null)}
            >
              <Icon name="close" />
            </button>
          </div>
        )}
      </div>
    </NoticeContext>
  );
}
