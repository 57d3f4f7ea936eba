// Installs a component of this project and one of a package, and declares environment variables.
import rateLimiter from "@convex-dev/rate-limiter/convex.config.js";
import { defineApp } from "convex/server";
import { v } from "convex/values";
import counter from "./counter/convex.config.js";

const app = defineApp({
  env: { REGION: v.string(), STAGE: v.optional(v.union(v.literal("test"), v.literal("live"))) },
});
app.use(counter);
app.use(counter, { name: "visits" });
app.use(rateLimiter);

export default app;
