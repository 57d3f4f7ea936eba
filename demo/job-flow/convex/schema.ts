// The tables of Job Flow: people look for work; coaches review their resumes and prepare them.
//
// The document names indexes without their fields: they are what the names say, in that order, and as
// its samples use them.
import { defineSchema } from "convex/server";
import { accountTables } from "./tables/account.js";
import { careerTables } from "./tables/career.js";
import { coachingTables } from "./tables/coaching.js";
import { peopleTables } from "./tables/people.js";

export default defineSchema({
  ...peopleTables,
  ...careerTables,
  ...coachingTables,
  ...accountTables,
});
