// Organization: what every part of the page knows about the one that is open: its people, the role of
// the signed-in person, which rows wait or were refused, and whether writes are forced.
import { createContext, useContext } from "react";
import type { Doc, Id } from "../convex/_generated/dataModel.js";
import type { Reason, Role } from "./permissions.ts";

export interface OpenOrganization {
  organization: Doc<"organizations">;
  member: Doc<"users">;
  role: Role;
  people: readonly Doc<"users">[];
  pendingRows: ReadonlySet<string>;
  refusedRows: ReadonlySet<string>;
  // Writes skip the check on this device, so that the relay's answer can be seen.
  forced: boolean;
  setForced: (forced: boolean) => void;
}

export const OrganizationContext = createContext<OpenOrganization | null>(null);

export function useOrganization(): OpenOrganization {
  const organization = useContext(OrganizationContext);
  if (organization === null) throw new Error("no organization is open here");
  return organization;
}

/** Drops the reasons against something while writes are forced. */
export function useReason(): (reason: Reason) => Reason {
  const { forced } = useOrganization();
  return (reason) => (forced ? null : reason);
}

export function usePerson(id: Id<"users">): Doc<"users"> | undefined {
  return useOrganization().people.find((person) => person._id === id);
}
