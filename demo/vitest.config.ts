// Tests of the demos' functions, as their teams would write them: on convexTest, beside the functions.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { testTimeout: 20_000, hookTimeout: 20_000 },
});
