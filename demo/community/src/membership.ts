// Membership: the open community and the person's own row in it, for everything below.
import type { FunctionReturnType } from "convex/server";
import { createContext, useContext } from "react";
import type { api } from "../convex/_generated/api.js";

export type Membership = FunctionReturnType<typeof api.communities.listMine>[number];

export const MembershipContext = createContext<Membership | null>(null);

export function useMembership(): Membership {
  const membership = useContext(MembershipContext);
  if (membership === null) throw new Error("no community is open here");
  return membership;
}
