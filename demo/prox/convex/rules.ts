// The rules of ProX: an organization is a tenant, and an organizationMembers row makes the person whose
// token's "sub" is its userId a member. (Better Auth signs tokens for the user row's id.) Who founds an
// organization becomes its owner, because the same change set inserts their row.
//
// A missing rule means nobody: what Stripe, automation and the scheduler write comes from a service peer.
import {
  allow,
  and,
  type Clause,
  type Condition,
  changed,
  defineRules,
  eq,
  isIn,
  not,
  old,
  or,
  role,
  row,
  type TableRules,
  user,
} from "syncline/rules";

const isOwner = eq(role(), "owner");
const isManager = isIn(role(), ["owner", "admin"]);
const isTeacher = isIn(role(), ["owner", "admin", "instructor"]);
const isParticipant = isIn(role(), ["owner", "admin", "instructor", "member"]);
const isMember = isIn(role(), ["owner", "admin", "instructor", "member", "guest"]);

const isMine = (field: string): Condition => eq(row(field), user("sub"));
const wasMine = (field: string): Condition => eq(old(field), user("sub"));
const stays = (...fields: [string, ...string[]]): Condition =>
  and(...fields.map((field) => not(changed(field))));

const members = allow("members", "Only members of the organization can see this.", isMember);
const teachers = allow("teachers", "Only instructors can do this.", isTeacher);
const managers = allow("managers", "Only owners and admins can do this.", isManager);
const owners = allow("owners", "Only the owner can do this.", isOwner);

const byManagers = { insert: managers, update: managers, delete: managers };

// Content: its author may change it, managers change and delete any.
const authored = (author: string): TableRules => ({
  read: allow(
    "published, or a teacher",
    "This has not been published.",
    or(and(isMember, eq(row("isPublished"), true)), isTeacher),
  ),
  insert: [teachers, ownName(author)],
  update: [
    allow(
      "authors edit their own",
      "Only its author, an owner or an admin can change this.",
      or(isManager, and(isTeacher, wasMine(author), stays(author))),
    ),
  ],
  delete: managers,
});

// What people write under their own name.
const ownName = (field: string): Clause =>
  allow("under one's own name", "You can only do this as yourself.", isMine(field));
const participants = allow("participants", "Guests can only read here.", isParticipant);

// A row about one person: they and those who teach see it.
const personal = allow(
  "one's own",
  "Only the person and their instructors can see this.",
  or(and(isMember, isMine("userId")), isTeacher),
);
const ownToChange = allow(
  "one's own",
  "You can only change your own.",
  and(isParticipant, wasMine("userId"), stays("userId")),
);
const ownToDelete = allow(
  "one's own, or a manager",
  "Only its author, an owner or an admin can delete this.",
  or(and(isParticipant, isMine("userId")), isManager),
);

export default defineRules({
  tenancy: {
    root: "organizations",
    fields: {
      organizationMembers: "organizationId",
      courses: "organizationId",
      lessons: "organizationId",
      enrollments: "organizationId",
      progress: "organizationId",
      resourceContent: "organizationId",
      membershipTiers: "organizationId",
      subscriptions: "organizationId",
      salesFunnelStages: "organizationId",
      salesFunnelConversions: "organizationId",
      analyticsEvents: "organizationId",
      spaces: "organizationId",
      posts: "organizationId",
      comments: "organizationId",
      reactions: "organizationId",
      groups: "organizationId",
      groupMembers: "organizationId",
      userAchievements: "organizationId",
      leaderboardEntries: "organizationId",
      notifications: "organizationId",
      automationWorkflows: "organizationId",
      automationExecutions: "organizationId",
    },
    // Better Auth's four tables belong to no organization, and sessions and tokens must not travel.
    // Achievements and links belong to one only sometimes, so that they cannot follow it.
    local: ["user", "session", "account", "verification", "achievements", "linchpinLinks"],
  },
  membership: { table: "organizationMembers", field: "userId", claim: "sub", role: "role" },
  tables: {
    organizations: {
      read: members,
      insert: [
        owners,
        allow("owned by its founder", "You can only found your own.", isMine("ownerId")),
        allow(
          "begins free",
          "A new organization begins with the free plan.",
          eq(row("plan"), "free"),
        ),
      ],
      update: [
        managers,
        allow(
          "owners pay",
          "Only the owner can change the plan or hand over the organization.",
          or(isOwner, stays("plan", "ownerId")),
        ),
      ],
      delete: owners,
    },
    organizationMembers: {
      read: members,
      insert: [
        managers,
        allow(
          "admins admit below them",
          "Only the owner can make somebody an owner or admin.",
          or(isOwner, isIn(row("role"), ["instructor", "member", "guest"])),
        ),
      ],
      update: [
        managers,
        allow("the person stays", "A membership cannot become somebody else's.", stays("userId")),
        allow(
          "admins change those below them",
          "Only the owner can change owners and admins.",
          or(
            isOwner,
            and(
              isIn(old("role"), ["instructor", "member", "guest"]),
              isIn(row("role"), ["instructor", "member", "guest"]),
            ),
          ),
        ),
      ],
      delete: allow(
        "managers, or oneself",
        "Only owners and admins can remove others, and only the owner an admin.",
        or(
          isOwner,
          and(isManager, isIn(row("role"), ["instructor", "member", "guest"])),
          and(isMine("userId"), not(eq(row("role"), "owner"))),
        ),
      ),
    },

    courses: authored("instructorId"),
    // Lessons name no author, so that every instructor may change them.
    lessons: { read: members, insert: teachers, update: teachers, delete: managers },
    enrollments: {
      read: personal,
      insert: allow(
        "oneself, or a manager",
        "You can only enrol yourself.",
        or(and(isParticipant, isMine("userId")), isManager),
      ),
      update: allow(
        "oneself, or a teacher",
        "Only the person and their instructors can change this.",
        and(or(wasMine("userId"), isTeacher), stays("userId", "courseId")),
      ),
      delete: managers,
    },
    progress: {
      read: personal,
      insert: [participants, ownName("userId")],
      update: ownToChange,
      delete: managers,
    },
    resourceContent: authored("authorId"),

    membershipTiers: { read: members, insert: owners, update: owners, delete: owners },
    subscriptions: {
      read: allow(
        "one's own, or the owner",
        "Only the person and the owner can see this.",
        or(isMine("userId"), isOwner),
      ),
    },
    salesFunnelStages: { read: teachers, ...byManagers },
    salesFunnelConversions: { read: teachers, insert: participants },
    analyticsEvents: { read: teachers, insert: participants },

    spaces: {
      read: allow(
        "public, one's own, or a teacher",
        "This space is private.",
        or(and(isMember, eq(row("isPublic"), true)), isMine("createdBy"), isTeacher),
      ),
      insert: [teachers, ownName("createdBy")],
      update: allow(
        "its founder, or a manager",
        "Only its founder, an owner or an admin can change this space.",
        and(or(wasMine("createdBy"), isManager), stays("createdBy")),
      ),
      delete: managers,
    },
    posts: {
      read: members,
      insert: [
        participants,
        ownName("authorId"),
        allow(
          "teachers pin",
          "Only instructors can pin.",
          or(isTeacher, eq(row("isPinned"), false)),
        ),
      ],
      update: [
        allow(
          "authors edit their own, everybody counts",
          "Only its author can change this.",
          or(
            and(isParticipant, wasMine("authorId"), stays("authorId")),
            and(isParticipant, stays("authorId", "spaceId", "title", "content", "mediaUrls")),
          ),
        ),
        allow("teachers pin", "Only instructors can pin.", or(isTeacher, stays("isPinned"))),
      ],
      delete: allow(
        "its author, or a teacher",
        "Only its author or an instructor can delete this.",
        or(and(isParticipant, isMine("authorId")), isTeacher),
      ),
    },
    comments: {
      read: members,
      insert: [participants, ownName("authorId")],
      update: allow(
        "authors edit their own",
        "Only its author can change this.",
        and(isParticipant, wasMine("authorId"), stays("authorId", "postId")),
      ),
      delete: allow(
        "its author, or a teacher",
        "Only its author or an instructor can delete this.",
        or(and(isParticipant, isMine("authorId")), isTeacher),
      ),
    },
    reactions: {
      read: members,
      insert: [participants, ownName("userId")],
      update: ownToChange,
      delete: ownToDelete,
    },
    groups: {
      read: allow(
        "public, one's own, or a teacher",
        "This group is private.",
        or(and(isMember, eq(row("isPublic"), true)), isMine("createdBy"), isTeacher),
      ),
      insert: [participants, ownName("createdBy")],
      update: allow(
        "its founder, or a manager",
        "Only its founder, an owner or an admin can change this group.",
        and(or(wasMine("createdBy"), isManager), stays("createdBy")),
      ),
      delete: allow(
        "its founder, or a manager",
        "Only its founder, an owner or an admin can delete this group.",
        or(isMine("createdBy"), isManager),
      ),
    },
    groupMembers: {
      read: members,
      insert: allow(
        "oneself, or a manager",
        "You can only join yourself.",
        or(and(isParticipant, isMine("userId")), isManager),
      ),
      update: managers,
      delete: ownToDelete,
    },

    userAchievements: { read: members },
    leaderboardEntries: { read: members },
    notifications: {
      read: allow("one's own", "Only the person can see this.", and(isMember, isMine("userId"))),
      insert: allow(
        "teachers announce, participants mention",
        "Only instructors can send this kind of notification.",
        or(isTeacher, and(isParticipant, eq(row("type"), "community_mention"))),
      ),
      update: allow(
        "read, nothing else",
        "A notification can only be marked as read.",
        and(
          wasMine("userId"),
          stays("userId", "type", "title", "message", "entityType", "entityId"),
        ),
      ),
      delete: allow("one's own", "You can only delete your own.", isMine("userId")),
    },
    automationWorkflows: { read: managers, ...byManagers },
    automationExecutions: { read: managers },
  },
});
