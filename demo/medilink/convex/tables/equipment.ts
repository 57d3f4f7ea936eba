// The equipment of a hospital: what there is, what happened to it, its maintenance, codes and supplies.
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { ofOrganization, oneOf } from "../validators.js";

export const equipmentTables = {
  equipment: defineTable({
    ...ofOrganization,
    name: v.string(),
    serialNumber: v.optional(v.string()),
    categoryId: v.id("equipmentCategories"),
    status: oneOf("operational", "maintenance", "out_of_service", "decommissioned"),
    location: v.optional(v.string()),
    department: v.optional(v.string()),
    purchaseDate: v.optional(v.number()),
    warrantyExpiry: v.optional(v.number()),
    // Each kind of equipment has its own.
    specifications: v.optional(v.any()),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_category", ["organizationId", "categoryId"])
    .index("by_status", ["organizationId", "status"])
    .index("by_serial", ["serialNumber"]),

  equipmentCategories: defineTable({
    ...ofOrganization,
    name: v.string(),
    description: v.optional(v.string()),
    parentId: v.optional(v.id("equipmentCategories")),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_parent", ["organizationId", "parentId"]),

  equipmentHistory: defineTable({
    ...ofOrganization,
    equipmentId: v.id("equipment"),
    // As "status_change", "maintenance", "transfer".
    action: v.string(),
    previousStatus: v.optional(v.string()),
    newStatus: v.optional(v.string()),
    performedBy: v.id("user"),
    notes: v.optional(v.string()),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_equipment", ["organizationId", "equipmentId"]),

  maintenanceRecords: defineTable({
    ...ofOrganization,
    equipmentId: v.id("equipment"),
    type: oneOf("preventive", "corrective", "calibration", "inspection"),
    scheduledDate: v.number(),
    completedDate: v.optional(v.number()),
    performedBy: v.optional(v.id("user")),
    notes: v.optional(v.string()),
    // Cents.
    cost: v.optional(v.number()),
    status: oneOf("scheduled", "in_progress", "completed", "overdue"),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_equipment", ["organizationId", "equipmentId"])
    .index("by_status", ["organizationId", "status"])
    .index("by_scheduled_date", ["organizationId", "scheduledDate"]),

  failureReports: defineTable({
    ...ofOrganization,
    equipmentId: v.id("equipment"),
    reportedBy: v.id("user"),
    severity: oneOf("low", "medium", "high", "critical"),
    description: v.string(),
    resolution: v.optional(v.string()),
    resolvedAt: v.optional(v.number()),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_equipment", ["organizationId", "equipmentId"])
    .index("by_severity", ["organizationId", "severity"]),

  qrCodes: defineTable({
    ...ofOrganization,
    equipmentId: v.id("equipment"),
    code: v.string(),
    generatedAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_equipment", ["equipmentId"])
    .index("by_code", ["code"]),

  consumables: defineTable({
    ...ofOrganization,
    equipmentId: v.optional(v.id("equipment")),
    name: v.string(),
    quantity: v.number(),
    // As "pcs", "ml", "kg".
    unit: v.string(),
    // At or below this quantity it is to be ordered again.
    reorderLevel: v.number(),
    supplier: v.optional(v.string()),
    lastRestockedAt: v.optional(v.number()),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_equipment", ["organizationId", "equipmentId"]),
};
