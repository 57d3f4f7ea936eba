// Unit tests of the npm packages. Some open databases on a disk that others use as well.
import { defineConfig } from "vitest/config";

export default defineConfig({ test: { testTimeout: 20_000, hookTimeout: 20_000 } });
