// The tables of MediLink: hospitals are organizations; they keep equipment and have it serviced.
import { defineSchema } from "convex/server";
import { equipmentTables } from "./tables/equipment.js";
import { identityTables } from "./tables/identity.js";
import { operationsTables } from "./tables/operations.js";
import { serviceTables } from "./tables/service.js";

export default defineSchema({
  ...identityTables,
  ...equipmentTables,
  ...serviceTables,
  ...operationsTables,
});
