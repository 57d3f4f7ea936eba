// Route: who is signed in, as the address says it, so that a reload shows the same again.
import { useSyncExternalStore } from "react";

function read(): string | null {
  return new URLSearchParams(location.search).get("as");
}

export function signInAs(subject: string | null): void {
  history.pushState(null, "", subject === null ? "/" : `/?as=${encodeURIComponent(subject)}`);
  dispatchEvent(new PopStateEvent("popstate"));
}

export function useSubject(): string | null {
  return useSyncExternalStore((listener) => {
    addEventListener("popstate", listener);
    return () => removeEventListener("popstate", listener);
  }, read);
}
