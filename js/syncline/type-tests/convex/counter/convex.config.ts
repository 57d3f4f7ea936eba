// A component: one number by name.
import { defineComponent } from "convex/server";

export default defineComponent("counter");
