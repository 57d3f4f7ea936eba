// The rules of C1V's product helper: a team is a tenant, and a teamMembers row makes the person whose
// token's "sub" (their id at Clerk) is its userId a member. Who founds a team is its owner, because the
// same change set inserts their row. Owners and admins delete projects and manage the team; all plan.
import {
  allow,
  and,
  changed,
  defineRules,
  eq,
  gte,
  isIn,
  lte,
  not,
  old,
  or,
  role,
  row,
  user,
} from "syncline/rules";

const isOwner = eq(role(), "owner");
const isManager = isIn(role(), ["owner", "admin"]);

const members = allow(
  "members",
  "Only members of the team can do this.",
  isIn(role(), ["owner", "admin", "member"]),
);
const managers = allow("managers", "Only owners and admins can do this.", isManager);
const owners = allow("owners", "Only the owner can do this.", isOwner);
const projectStays = allow(
  "its project stays",
  "This cannot be moved to another project.",
  not(changed("projectId")),
);
const named = allow("has a name", "A project needs a name.", not(eq(row("name"), "")));

export default defineRules({
  tenancy: {
    root: "teams",
    fields: {
      teamMembers: "teamId",
      projects: "teamId",
      artifacts: "teamId",
      projectData: "teamId",
      conversations: "teamId",
    },
  },
  membership: { table: "teamMembers", field: "userId", claim: "sub", role: "role" },
  tables: {
    teams: { read: members, insert: owners, update: managers, delete: owners },
    teamMembers: {
      read: members,
      insert: [
        managers,
        allow(
          "admins admit members",
          "Only the owner can make somebody an owner or admin.",
          or(isOwner, eq(row("role"), "member")),
        ),
      ],
      update: [
        allow("owners", "Only the owner can change roles.", isOwner),
        allow(
          "the person stays",
          "A membership cannot become somebody else's.",
          not(changed("userId")),
        ),
      ],
      delete: allow(
        "managers, or oneself",
        "Only owners and admins can remove others, and only the owner an admin.",
        or(
          isOwner,
          and(isManager, eq(row("role"), "member")),
          and(eq(row("userId"), user("sub")), not(eq(row("role"), "owner"))),
        ),
      ),
    },
    projects: {
      read: members,
      insert: [
        members,
        named,
        allow(
          "under one's own name",
          "You can only create a project as yourself.",
          eq(row("createdBy"), user("sub")),
        ),
      ],
      update: [
        members,
        named,
        allow("its founder stays", "Who created a project stays.", not(changed("createdBy"))),
        allow(
          "managers bring back",
          "Only owners and admins can bring back an archived project.",
          or(isManager, not(eq(old("status"), "archived")), not(changed("status"))),
        ),
      ],
      delete: managers,
    },
    artifacts: { read: members, insert: members, update: [members, projectStays], delete: members },
    projectData: {
      read: members,
      insert: members,
      update: [
        members,
        projectStays,
        allow(
          "0 to 100",
          "Completeness is 0 to 100.",
          and(gte(row("completeness"), 0), lte(row("completeness"), 100)),
        ),
      ],
      delete: managers,
    },
    // What was said stays; only its vector comes later.
    conversations: {
      read: members,
      insert: members,
      update: [
        members,
        projectStays,
        allow(
          "what was said stays",
          "What was said cannot be changed.",
          not(or(changed("role"), changed("content"))),
        ),
      ],
      delete: managers,
    },
  },
});
