// Tests of the demos' schemas, against the documents that ask for them and against the engine.
import { defineConfig } from "vitest/config";

export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000 } });
