// The rules of Job Flow: each person is a tenant of their own. Their users row is both the tenant and
// their membership of it, by the token's email. Who signs up inserts their own row, then has all their
// devices in sync, and nobody else sees any of it.
//
// The marketplace needs more: a task, a session or a review follows the person who wrote it, and bids and
// messages, which stand between two people, stay on the device. A missing rule means nobody: what Stripe
// and moderation write comes from a service peer.
import {
  allow,
  and,
  type Clause,
  type Condition,
  changed,
  defineRules,
  eq,
  gte,
  isIn,
  lt,
  lte,
  not,
  old,
  or,
  role,
  row,
  type TableRules,
  user,
} from "syncline/rules";

const isOneself = isIn(role(), ["job_seeker", "coach", "admin"]);
const stays = (...fields: [string, ...string[]]): Condition =>
  and(...fields.map((field) => not(changed(field))));
const moves = (from: string, ...to: string[]): Condition =>
  and(eq(old("status"), from), isIn(row("status"), to));
// undefined is the one value below null.
const isAbsent = (field: string): Condition => lt(row(field), null);

const oneself = allow("oneself", "This is somebody else's.", isOneself);
const ownRows: TableRules = { read: oneself, insert: oneself, update: oneself, delete: oneself };

const within = (field: string, min: number, max: number): Clause =>
  allow(
    `${field} is ${min} to ${max}`,
    `This must be ${min} to ${max}.`,
    or(isAbsent(field), and(gte(row(field), min), lte(row(field), max))),
  );
const titled = allow("has a title", "A title is missing.", not(eq(row("title"), "")));

const openApplication = ["pending", "submitted", "reviewed", "interviewing", "offered"];

export default defineRules({
  tenancy: {
    root: "users",
    fields: {
      auditLogs: "userId",
      starStories: "userId",
      resumes: "userId",
      jobs: "userId",
      applications: "userId",
      coaches: "userId",
      sessions: "userId",
      verificationTasks: "userId",
      reviews: "userId",
      payments: "userId",
      subscriptions: "userId",
      notifications: "userId",
    },
    local: ["bids", "messages"],
  },
  membership: { table: "users", field: "email", claim: "email", role: "role" },
  tables: {
    users: {
      read: oneself,
      insert: [
        allow("only oneself", "You can only sign up yourself.", eq(row("email"), user("email"))),
        allow(
          "seekers and coaches",
          "You can be a job seeker or a coach.",
          isIn(row("role"), ["job_seeker", "coach"]),
        ),
      ],
      update: [
        oneself,
        allow(
          "identity stays",
          "Your address and your role are changed for you.",
          stays("email", "emailVerified", "authId", "role"),
        ),
      ],
    },
    // Written by everybody about themselves, changed by nobody.
    auditLogs: { read: oneself, insert: oneself },

    starStories: { ...ownRows, insert: [oneself, titled], update: [oneself, titled] },
    resumes: {
      ...ownRows,
      insert: [oneself, titled, within("atsScore", 0, 100)],
      update: [
        oneself,
        titled,
        within("atsScore", 0, 100),
        allow(
          "a new version",
          "A resume's version only goes up.",
          gte(row("version"), old("version")),
        ),
      ],
    },
    jobs: {
      ...ownRows,
      insert: [oneself, titled, within("priority", 1, 5)],
      update: [oneself, titled, within("priority", 1, 5)],
    },
    applications: {
      ...ownRows,
      insert: [
        oneself,
        allow(
          "begins pending or submitted",
          "A new application is pending or submitted.",
          isIn(row("status"), ["pending", "submitted"]),
        ),
      ],
      update: [
        oneself,
        allow("its job stays", "An application stays with its job.", stays("jobId")),
        allow(
          "status moves on",
          "An application cannot go from its status to that one; it may have changed elsewhere.",
          or(
            stays("status"),
            moves("pending", "submitted"),
            moves("submitted", "reviewed", "interviewing", "offered"),
            moves("reviewed", "interviewing", "offered"),
            moves("interviewing", "offered"),
            moves("offered", "accepted"),
            and(
              isIn(old("status"), openApplication),
              isIn(row("status"), ["rejected", "withdrawn"]),
            ),
          ),
        ),
      ],
    },

    coaches: {
      read: oneself,
      insert: [
        oneself,
        allow(
          "begins unverified",
          "A new profile waits for verification, without a rating.",
          and(eq(row("verificationStatus"), "pending"), eq(row("reviewCount"), 0)),
        ),
      ],
      update: [
        oneself,
        allow(
          "earned, not written",
          "Verification, ratings and payouts are changed for you.",
          stays(
            "userId",
            "verificationStatus",
            "rating",
            "reviewCount",
            "completedSessions",
            "stripeAccountId",
            "payoutEnabled",
          ),
        ),
      ],
    },
    sessions: {
      read: oneself,
      insert: [
        oneself,
        allow("begins scheduled", "A new session is scheduled.", eq(row("status"), "scheduled")),
      ],
      update: [
        oneself,
        within("rating", 1, 5),
        allow(
          "status moves on",
          "A session cannot go from its status to that one; it may have changed elsewhere.",
          or(
            stays("status"),
            moves("scheduled", "completed", "cancelled", "no_show", "rescheduled"),
            moves("rescheduled", "scheduled", "cancelled"),
          ),
        ),
      ],
    },
    verificationTasks: {
      read: oneself,
      insert: [oneself, allow("begins open", "A new task is open.", eq(row("status"), "open"))],
      update: [
        oneself,
        allow(
          "status moves on",
          "A task cannot go from its status to that one; it may have changed elsewhere.",
          or(
            stays("status"),
            moves("open", "bidding", "assigned", "cancelled"),
            moves("bidding", "assigned", "cancelled"),
            moves("assigned", "in_progress", "cancelled"),
            moves("in_progress", "review", "disputed"),
            moves("review", "completed", "in_progress", "disputed"),
            moves("disputed", "completed", "cancelled"),
          ),
        ),
      ],
    },
    reviews: {
      read: oneself,
      insert: [oneself, within("rating", 1, 5)],
      update: [
        oneself,
        within("rating", 1, 5),
        allow(
          "one's own words",
          "What others have said about it stays.",
          stays("coachId", "isVerified", "helpfulCount", "coachResponse", "coachResponseDate"),
        ),
      ],
      delete: oneself,
    },

    payments: { read: oneself },
    subscriptions: { read: oneself },
    notifications: ownRows,
  },
});
