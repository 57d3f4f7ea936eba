// The tables of ProX: schools are organizations; people learn in them, talk, and earn points.
import { defineSchema } from "convex/server";
import { automationTables } from "./tables/automation.js";
import { businessTables } from "./tables/business.js";
import { communityTables } from "./tables/community.js";
import { identityTables } from "./tables/identity.js";
import { learningTables } from "./tables/learning.js";
import { motivationTables } from "./tables/motivation.js";

export default defineSchema({
  ...identityTables,
  ...learningTables,
  ...businessTables,
  ...communityTables,
  ...motivationTables,
  ...automationTables,
});
