"use node";
// What a device cannot run.
import { internalActionGeneric } from "convex/server";

export const send = internalActionGeneric({ args: {}, handler: () => null });
