// syncline/values: validators of fields that merge, beside those of convex/values.
export { counter, list, set, text } from "./kinds.ts";
