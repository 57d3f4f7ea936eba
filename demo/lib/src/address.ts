// Address: what the address says, field by field, so that a reload shows the same again, online or not.
import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
const publish = () => {
  for (const listener of listeners) listener();
};
addEventListener("popstate", publish);

/** A field of the address; null if it is not there. */
export function useAddressField(name: string): string | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => new URLSearchParams(location.search).get(name),
  );
}

/** Goes to another place: sets the fields that are given; null removes one. */
export function go(fields: Readonly<Record<string, string | null>>): void {
  const all = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) all.delete(name);
    else all.set(name, value);
  }
  history.pushState(null, "", all.size === 0 ? location.pathname : `?${all}`);
  publish();
}

/** Goes to where the address says nothing. */
export function goHome(): void {
  history.pushState(null, "", location.pathname);
  publish();
}
