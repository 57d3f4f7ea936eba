// The suite holds for npm convex-test: it asks for nothing that Convex's own does not do.
import { convexTest } from "convex-test";
import { describeConvexTest } from "./conformance.ts";

describeConvexTest("convex-test", convexTest);
