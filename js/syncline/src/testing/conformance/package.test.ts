// The suite, and the published components, through npm convex's own layer on our core and engine.
import { describePublished } from "../components/published.ts";
import { convexTestThroughPackage } from "../convex-test.ts";
import { describeConvexTest } from "./conformance.ts";

describeConvexTest("syncline/testing through npm convex", convexTestThroughPackage);
describePublished("syncline/testing through npm convex", convexTestThroughPackage);
