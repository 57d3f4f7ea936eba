// The tables of PalX: each person has an assistant, what it knows, and the threads of their own life.
import { defineSchema } from "convex/server";
import { assistantTables } from "./tables/assistant.js";
import { identityTables } from "./tables/identity.js";
import { libraryTables } from "./tables/library.js";
import { lifeTables } from "./tables/life.js";

export default defineSchema({
  ...identityTables,
  ...libraryTables,
  ...assistantTables,
  ...lifeTables,
});
