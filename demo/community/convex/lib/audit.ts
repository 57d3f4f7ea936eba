// The audit trail: who did what to what, written by the mutation that did it, so that neither exists
// without the other.
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";

/** detail: names and states, never personal data or secrets. */
export async function record(
  ctx: MutationCtx,
  actor: Pick<Doc<"members">, "communityId" | "email">,
  entry: { action: string; targetId: string; detail?: Record<string, string> },
): Promise<void> {
  await ctx.db.insert("auditLogs", {
    communityId: actor.communityId,
    actorEmail: actor.email,
    at: Date.now(),
    ...entry,
  });
}
