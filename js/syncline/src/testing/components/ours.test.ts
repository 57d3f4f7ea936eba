// The components' uses on our own core and engine.
import { convexTest } from "../index.ts";
import { describePublished } from "./published.ts";

describePublished("syncline/testing", convexTest);
