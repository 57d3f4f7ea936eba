// What a job seeker works on: stories, resumes, jobs and applications.
import { defineTable } from "convex/server";
import { v } from "convex/values";
import {
  applicationStatus,
  contact,
  jobSource,
  jobStatus,
  oneOf,
  resumeStatus,
} from "../validators.js";

export const careerTables = {
  starStories: defineTable({
    userId: v.id("users"),
    title: v.string(),
    situation: v.string(),
    task: v.string(),
    action: v.string(),
    result: v.string(),
    skills: v.array(v.string()),
    category: v.string(),
    metrics: v.optional(
      v.object({
        quantifiable: v.boolean(),
        impactLevel: oneOf("low", "medium", "high"),
        timeframe: v.optional(v.string()),
      }),
    ),
    // Coaches may see it.
    isPublic: v.optional(v.boolean()),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_user_and_category", ["userId", "category"])
    .index("by_category", ["category"])
    .index("by_created_at", ["createdAt"])
    // By skills means by the whole list, as on Convex.
    .searchIndex("search_stories", {
      searchField: "title",
      filterFields: ["userId", "category", "skills"],
    }),

  resumes: defineTable({
    userId: v.id("users"),
    title: v.string(),
    // HTML or Markdown.
    content: v.string(),
    // What the resume was made for.
    jobDescription: v.string(),
    starStoryIds: v.array(v.id("starStories")),
    // 0 to 100.
    atsScore: v.number(),
    confidenceScore: v.number(),
    improvements: v.optional(v.array(v.string())),
    keywords: v.optional(v.array(v.string())),
    status: resumeStatus,
    version: v.number(),
    templateId: v.optional(v.string()),
    formatting: v.optional(
      v.object({ font: v.string(), fontSize: v.number(), colorScheme: v.string() }),
    ),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_status", ["status"])
    .index("by_user_and_status", ["userId", "status"])
    .index("by_ats_score", ["atsScore"])
    .index("by_created_at", ["createdAt"])
    .searchIndex("search_resumes", { searchField: "title", filterFields: ["userId", "status"] }),

  jobs: defineTable({
    userId: v.id("users"),
    title: v.string(),
    company: v.string(),
    location: v.string(),
    jobUrl: v.optional(v.string()),
    description: v.string(),
    salary: v.optional(v.string()),
    status: jobStatus,
    source: jobSource,
    appliedDate: v.optional(v.number()),
    notes: v.optional(v.string()),
    // 1 to 5.
    priority: v.optional(v.number()),
    tags: v.optional(v.array(v.string())),
    salaryMin: v.optional(v.number()),
    salaryMax: v.optional(v.number()),
    salaryCurrency: v.optional(v.string()),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_status", ["status"])
    .index("by_user_and_status", ["userId", "status"])
    .index("by_company", ["company"])
    .index("by_created_at", ["createdAt"])
    .index("by_applied_date", ["appliedDate"])
    .searchIndex("search_jobs", {
      searchField: "title",
      filterFields: ["userId", "status", "company"],
    }),

  applications: defineTable({
    userId: v.id("users"),
    jobId: v.id("jobs"),
    resumeId: v.optional(v.id("resumes")),
    coverLetter: v.optional(v.string()),
    status: applicationStatus,
    appliedDate: v.number(),
    followUpDate: v.optional(v.number()),
    responseDate: v.optional(v.number()),
    interviewDates: v.optional(v.array(v.number())),
    interviewNotes: v.optional(v.array(v.string())),
    notes: v.optional(v.string()),
    // URLs.
    documents: v.optional(v.array(v.string())),
    contacts: v.optional(v.array(contact)),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_job", ["jobId"])
    .index("by_status", ["status"])
    .index("by_user_and_status", ["userId", "status"])
    .index("by_applied_date", ["appliedDate"])
    .index("by_follow_up_date", ["followUpDate"]),
};
