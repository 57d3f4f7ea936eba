// The demo's own rules; a changed client simply does not ask them.
export { default } from "../../../demo/vectr0/convex/rules.ts";
