// The tables of C1V's product helper: teams plan products by talking with an assistant, which draws
// diagrams of what it has understood.
//
// The document gives them for PostgreSQL. Its serial keys are v.id() here, its jsonb is typed where it
// says how, NOT NULL is required and the rest optional; a column with a default is required, because
// whoever inserts must give it. Foreign keys' cascades and the unique project are kept by functions.
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

function oneOf<const Word extends string>(...words: [Word, Word, ...Word[]]) {
  return v.union(...words.map((word) => v.literal(word)));
}

export const teamRole = oneOf("owner", "admin", "member");

export const projectStatus = oneOf("intake", "in_progress", "validation", "completed", "archived");

export const artifactType = oneOf(
  "context_diagram",
  "use_case",
  "class_diagram",
  "sequence_diagram",
  "activity_diagram",
);

const times = { createdAt: v.number(), updatedAt: v.number() };

// The document finds a project's team by a join. Here each row names its team, which is the tenant.
const ofTeam = { teamId: v.id("teams") };

export default defineSchema({
  // The document refers to teams without giving their columns.
  teams: defineTable({ name: v.string(), ...times }).index("by_name", ["name"]),

  // In the document a person's team and role are claims of Clerk. As rows they can be changed by the
  // team itself, and hold for people with several teams.
  teamMembers: defineTable({
    ...ofTeam,
    // The person's id at Clerk.
    userId: v.string(),
    role: teamRole,
    ...times,
  })
    .index("by_team", ["teamId"])
    .index("by_user", ["userId"])
    .index("by_team_and_user", ["teamId", "userId"]),

  projects: defineTable({
    ...ofTeam,
    name: v.string(),
    vision: v.string(),
    status: projectStatus,
    validationScore: v.number(),
    validationPassed: v.number(),
    validationFailed: v.number(),
    // The person's id at Clerk.
    createdBy: v.string(),
    ...times,
  })
    .index("by_team", ["teamId"])
    .index("by_status", ["status"])
    .index("by_created_by", ["createdBy"]),

  artifacts: defineTable({
    ...ofTeam,
    projectId: v.id("projects"),
    type: artifactType,
    // Each type of diagram has its own.
    content: v.any(),
    imageUrl: v.optional(v.string()),
    status: oneOf("draft", "validated", "exported"),
    // The document does not say what a problem looks like.
    validationErrors: v.optional(v.array(v.any())),
    ...times,
  })
    .index("by_project", ["projectId"])
    .index("by_type", ["type"]),

  // What was understood of a project's conversations; one row a project.
  projectData: defineTable({
    ...ofTeam,
    projectId: v.id("projects"),
    actors: v.optional(
      v.array(v.object({ name: v.string(), role: v.string(), description: v.string() })),
    ),
    useCases: v.optional(
      v.array(
        v.object({
          id: v.string(),
          name: v.string(),
          description: v.string(),
          actor: v.string(),
        }),
      ),
    ),
    systemBoundaries: v.optional(
      v.object({ internal: v.array(v.string()), external: v.array(v.string()) }),
    ),
    dataEntities: v.optional(
      v.array(
        v.object({
          name: v.string(),
          attributes: v.array(v.string()),
          relationships: v.array(v.string()),
        }),
      ),
    ),
    // 0 to 100.
    completeness: v.number(),
    lastExtractedAt: v.optional(v.number()),
    ...times,
  }).index("by_project", ["projectId"]),

  // One row a turn, as its database engineer sketches it: pages by project and time, and likeness by
  // the vectors. The document gives no dimension; 1536 is that of the embeddings of its time.
  conversations: defineTable({
    ...ofTeam,
    projectId: v.id("projects"),
    role: oneOf("user", "assistant"),
    content: v.string(),
    embedding: v.optional(v.array(v.float64())),
    ...times,
  })
    .index("by_project", ["projectId"])
    .index("by_project_and_created_at", ["projectId", "createdAt"])
    .vectorIndex("by_embedding", {
      vectorField: "embedding",
      dimensions: 1536,
      filterFields: ["projectId", "teamId"],
    }),
});
