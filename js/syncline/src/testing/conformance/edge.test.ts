// @vitest-environment edge-runtime
// The suite in the environment that Convex's documents recommend for tests.
import { convexTest } from "../index.ts";
import { describeConvexTest } from "./conformance.ts";

describeConvexTest("syncline/testing in edge-runtime", convexTest);
