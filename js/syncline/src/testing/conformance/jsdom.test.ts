// @vitest-environment jsdom
// The suite where tests of components' pages run.
import { convexTest } from "../index.ts";
import { describeConvexTest } from "./conformance.ts";

describeConvexTest("syncline/testing in jsdom", convexTest);
