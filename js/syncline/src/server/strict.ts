// strict: declares a mutation strict, wherever it is called from: useMutation, a client, an action.
import type { DefaultFunctionArgs, FunctionVisibility, RegisteredMutation } from "convex/server";
import { requireStrictOptions, type StrictOptions } from "../engine/application.ts";

/** A mutation that the relay accepts only if nothing that it read has changed meanwhile; it is run again
 * otherwise. `export const book = strict(mutation({...}))`. */
export function strict<
  Visibility extends FunctionVisibility,
  Args extends DefaultFunctionArgs,
  Returns,
>(
  mutation: RegisteredMutation<Visibility, Args, Returns>,
  options: StrictOptions = {},
): RegisteredMutation<Visibility, Args, Returns> {
  if ((mutation as { isMutation?: unknown } | undefined)?.isMutation !== true) {
    throw new Error("strict(): give it a mutation, as strict(mutation({ args, handler }))");
  }
  return Object.assign(mutation, { strict: requireStrictOptions(options) });
}
