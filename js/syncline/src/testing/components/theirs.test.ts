// The components' uses hold on npm convex-test.
import { convexTest } from "convex-test";
import { describePublished } from "./published.ts";

describePublished("convex-test", convexTest);
