// @vitest-environment jsdom
// The suite where tests of pages run. jsdom's Blob has no arrayBuffer().
import { convexTest } from "../index.ts";
import { describeConvexTest } from "./conformance.ts";

describeConvexTest("syncline/testing in jsdom", convexTest, { hasFiles: false });
