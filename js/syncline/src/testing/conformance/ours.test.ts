// The suite on our own core and engine.
import { convexTest } from "../index.ts";
import { describeConvexTest } from "./conformance.ts";

describeConvexTest("syncline/testing", convexTest);
