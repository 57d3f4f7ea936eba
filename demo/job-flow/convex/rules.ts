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
  between,
  type Clause,
  type Condition,
  changed,
  check,
  currency,
  defineRules,
  eq,
  gte,
  ifPresent,
  isIn,
  move,
  not,
  old,
  role,
  row,
  type TableRules,
  user,
} from "syncline/rules";
import type schema from "./schema.js";

const isOneself = isIn(role(), ["job_seeker", "coach", "admin"]);
const stays = (...fields: [string, ...string[]]): Condition =>
  and(...fields.map((field) => not(changed(field))));
const oneself = allow("oneself", "This is somebody else's.", isOneself);
const ownRows = {
  read: oneself,
  insert: oneself,
  update: oneself,
  delete: oneself,
} satisfies TableRules;

const within = (field: string, min: number, max: number): Clause =>
  check(
    `${field} is ${min} to ${max}`,
    `This must be ${min} to ${max}.`,
    ifPresent(field, (value) => between(value, min, max)),
  );
const titled = check("has a title", "A title is missing.", not(eq(row("title"), "")));

const openApplication = ["pending", "submitted", "reviewed", "interviewing", "offered"] as const;

export default defineRules<typeof schema, "job_seeker" | "coach" | "admin">({
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

    starStories: { ...ownRows, checks: titled },
    resumes: {
      ...ownRows,
      insert: oneself,
      checks: [titled, within("atsScore", 0, 100)],
      update: [
        oneself,
        allow(
          "a new version",
          "A resume's version only goes up.",
          gte(row("version"), old("version")),
        ),
      ],
    },
    jobs: {
      ...ownRows,
      checks: [
        titled,
        within("priority", 1, 5),
        check(
          "a currency",
          "This is no code of a currency.",
          ifPresent("salaryCurrency", currency),
        ),
      ],
    },
    applications: {
      ...ownRows,
      insert: [oneself],
      update: [
        oneself,
        allow("its job stays", "An application stays with its job.", stays("jobId")),
      ],
      transitions: {
        status: {
          initial: ["pending", "submitted"],
          moves: [
            move("pending", "submitted"),
            move("submitted", ["reviewed", "interviewing", "offered"]),
            move("reviewed", ["interviewing", "offered"]),
            move("interviewing", "offered"),
            move("offered", "accepted"),
            move(openApplication, ["rejected", "withdrawn"]),
          ],
        },
      },
      references: { jobId: "cascade", resumeId: "setUndefined" },
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
      insert: oneself,
      update: oneself,
      checks: within("rating", 1, 5),
      transitions: {
        status: {
          initial: ["scheduled"],
          moves: [
            move("scheduled", ["completed", "cancelled", "no_show", "rescheduled"]),
            move("rescheduled", ["scheduled", "cancelled"]),
          ],
        },
      },
    },
    verificationTasks: {
      read: oneself,
      insert: oneself,
      update: oneself,
      transitions: {
        status: {
          initial: ["open"],
          moves: [
            move("open", ["bidding", "assigned", "cancelled"]),
            move("bidding", ["assigned", "cancelled"]),
            move("assigned", ["in_progress", "cancelled"]),
            move("in_progress", ["review", "disputed"]),
            move("review", ["completed", "in_progress", "disputed"]),
            move("disputed", ["completed", "cancelled"]),
          ],
        },
      },
    },
    reviews: {
      read: oneself,
      insert: oneself,
      checks: within("rating", 1, 5),
      update: [
        oneself,
        allow(
          "one's own words",
          "What others have said about it stays.",
          stays("coachId", "isVerified", "helpfulCount", "coachResponse", "coachResponseDate"),
        ),
      ],
      delete: oneself,
    },

    // What Stripe tells, in the order in which it can happen.
    payments: {
      read: oneself,
      checks: check("a currency", "This is no code of a currency.", currency(row("currency"))),
      transitions: {
        status: {
          initial: ["pending"],
          moves: [
            move("pending", ["processing", "cancelled"]),
            move("processing", ["succeeded", "failed"]),
            move("succeeded", "refunded"),
          ],
        },
      },
    },
    subscriptions: { read: oneself },
    notifications: ownRows,
  },
});
