// The demo's own tables: a changed client pretends to be the same application.
export { default } from "../../../demo/vectr0/convex/schema.ts";
