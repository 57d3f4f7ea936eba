// A component that counts.
import { defineComponent } from "convex/server";

export default defineComponent("tally");
