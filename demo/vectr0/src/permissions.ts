// Permissions: what the page offers to whom, and the sentence that says why not. It repeats rules.ts
// so that nobody has to try in vain; it protects nothing.
import type { Doc } from "../convex/_generated/dataModel.js";
import type { Status } from "./route.ts";

export type Role = Doc<"users">["role"];

export const roleName: Record<Role, string> = {
  admin: "Admin",
  member: "Member",
  viewer: "Viewer",
};

export const statusName: Record<Status, string> = {
  draft: "Draft",
  active: "Active",
  completed: "Completed",
  cancelled: "Cancelled",
};

const viewerReason = "Viewers can see schedules but not change them.";

export interface Step {
  to: Status;
  label: string;
}

/** Where a schedule may go from its status, besides being cancelled. */
export const nextStep: Record<Status, Step> = {
  draft: { to: "active", label: "Start" },
  active: { to: "completed", label: "Complete" },
  completed: { to: "active", label: "Reopen" },
  cancelled: { to: "draft", label: "Restore" },
};

/** Null if it is allowed. */
export type Reason = string | null;

export function whyNotWrite(role: Role): Reason {
  return role === "viewer" ? viewerReason : null;
}

export function whyNotEdit(role: Role, status: Status): Reason {
  if (role === "viewer") return viewerReason;
  if (status === "completed" && role !== "admin") {
    return "Only an admin changes a completed schedule.";
  }
  return null;
}

export function whyNotCancel(role: Role, status: Status): Reason {
  if (role === "viewer") return viewerReason;
  if (status === "cancelled") return "It is cancelled already.";
  if (status === "completed") return "A completed schedule cannot be cancelled.";
  return null;
}

export function whyNotDelete(role: Role, status: Status): Reason {
  if (role === "viewer") return viewerReason;
  if (role === "member" && (status === "active" || status === "completed")) {
    return "Members delete drafts and cancelled schedules; an admin can delete this one.";
  }
  return null;
}
