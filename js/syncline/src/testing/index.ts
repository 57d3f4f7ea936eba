// syncline/testing: convexTest, for the tests of an application's functions.
export { convexTest } from "./convex-test.ts";
export type {
  ModuleMap,
  TestConvex,
  TestConvexForDataModel,
  TestConvexForDataModelAndIdentity,
  TestConvexRoot,
  TestLimits,
  TestOptions,
} from "./types.ts";
