// The tests that Convex's own people wrote for the components they publish, as they stand in the packages:
// their import of "convex-test" is syncline/testing here, and nothing else is changed.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// What is no promise of Convex's: a test that deletes rows of a system table, which only npm convex-test
// lets it; and what we do not do: a stale snapshot after the mutation's first write.
const notOurs = [
  "GC'd scheduledId",
  "a stale read does not see writes made in the current transaction",
];

export default defineConfig({
  resolve: { alias: { "convex-test": here("../../js/syncline/src/testing/index.ts") } },
  test: {
    dir: here("../../node_modules/@convex-dev"),
    include: ["*/src/**/*.test.ts"],
    // They need packages that we have no other use for.
    exclude: ["aggregate/src/component/btree.test.ts", "*/src/react/**"].map(
      (path) => `**/${path}`,
    ),
    testNamePattern: new RegExp(`^(?!.*(${notOurs.join("|")}))`),
    testTimeout: 60_000,
    server: { deps: { inline: [/@convex-dev/] } },
    // The components log what the tests make them do.
    silent: true,
  },
});
