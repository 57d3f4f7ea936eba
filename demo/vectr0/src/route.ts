// Route: what the address says: the person, the organization, the view and its filter. A reload,
// online or not, shows the same again.
import { useSyncExternalStore } from "react";
import type { Doc } from "../convex/_generated/dataModel.js";

export type Status = Doc<"schedules">["status"];
export const statuses: readonly Status[] = ["draft", "active", "completed", "cancelled"];
export type View = "list" | "timeline" | "people";
const views: readonly View[] = ["list", "timeline", "people"];
export type Span = "week" | "month";

export interface Route {
  person: string | null;
  organization: string | null;
  view: View;
  status: Status | null;
  span: Span;
  // The first day shown in the timeline, as 2026-11-16; null for the one with today.
  from: string | null;
  // A session that leaves nothing on the device, for those who ask for it.
  storage: "opfs" | "memory";
}

function read(search: string): Route {
  const fields = new URLSearchParams(search);
  const view = fields.get("view");
  const status = fields.get("status");
  const from = fields.get("from");
  return {
    person: fields.get("as"),
    organization: fields.get("org"),
    view: views.find((known) => known === view) ?? "list",
    status: statuses.find((known) => known === status) ?? null,
    span: fields.get("span") === "month" ? "month" : "week",
    from: from !== null && /^\d{4}-\d{2}-\d{2}$/.test(from) ? from : null,
    storage: fields.get("storage") === "memory" ? "memory" : "opfs",
  };
}

function write(route: Route): string {
  const fields = new URLSearchParams();
  if (route.person !== null) fields.set("as", route.person);
  if (route.organization !== null) fields.set("org", route.organization);
  if (route.view !== "list") fields.set("view", route.view);
  if (route.status !== null) fields.set("status", route.status);
  if (route.span !== "week") fields.set("span", route.span);
  if (route.from !== null) fields.set("from", route.from);
  if (route.storage !== "opfs") fields.set("storage", route.storage);
  const text = fields.toString();
  return text === "" ? location.pathname : `${location.pathname}?${text}`;
}

let current = read(location.search);
const listeners = new Set<() => void>();

function publish(route: Route): void {
  current = route;
  for (const listener of listeners) listener();
}

addEventListener("popstate", () => publish(read(location.search)));

/** Goes to another place; `replace` leaves no entry in the history. */
export function go(change: Partial<Route>, replace = false): void {
  const next = { ...current, ...change };
  if (replace) history.replaceState(null, "", write(next));
  else history.pushState(null, "", write(next));
  publish(next);
}

export function currentRoute(): Route {
  return current;
}

export function useRoute(): Route {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentRoute);
}
