// The rules of PalX: each person is a tenant of their own. Their user row is both the tenant and their
// membership of it, by the token's email; the "role" is what they pay for. Who signs up inserts their own
// row, then has all their devices in sync, and nobody else sees any of it.
//
// Organizations are shared by name only so far: a row follows its person, also where it names an
// organization. A missing rule means nobody: what the billing, the router and the model's answers write
// comes from a service peer.
import {
  allow,
  and,
  type Condition,
  changed,
  defineRules,
  eq,
  gte,
  isIn,
  not,
  role,
  row,
  type TableRules,
  user,
} from "syncline/rules";

const isOneself = isIn(role(), ["free", "paid", "admin"]);
const stays = (...fields: [string, ...string[]]): Condition =>
  and(...fields.map((field) => not(changed(field))));

const oneself = allow("oneself", "This is somebody else's.", isOneself);
const ownRows: TableRules = { read: oneself, insert: oneself, update: oneself, delete: oneself };
const readOnly: TableRules = { read: oneself };

export default defineRules({
  tenancy: {
    root: "user",
    fields: {
      organizations: "ownerId",
      organizationMemberships: "userId",
      userKnowledge: "userId",
      contentCurations: "curatedBy",
      conversations: "userId",
      chatbotState: "userId",
      routerAnalytics: "userId",
      usageTracking: "userId",
      notifications: "userId",
      appConnections: "userId",
      spending: "userId",
      habits: "userId",
    },
    local: [
      // Secrets, which must not travel.
      "session",
      "account",
      "verification",
      "oauthCredentials",
      // The library is everybody's: no person's rows.
      "knowledgeBase",
      "yamlFlows",
      // These name a conversation or a flow, and no person, so that there is nobody to follow.
      "messages",
      "flowTriggers",
    ],
  },
  membership: { table: "user", field: "email", claim: "email", role: "tier" },
  tables: {
    user: {
      read: oneself,
      insert: [
        allow("only oneself", "You can only sign up yourself.", eq(row("email"), user("email"))),
        allow("begins free", "Everybody begins with the free tier.", eq(row("tier"), "free")),
      ],
      update: [
        oneself,
        allow(
          "billing decides",
          "Your address, what you pay for and what you may use are changed for you.",
          stays(
            "email",
            "emailVerified",
            "tier",
            "stripeCustomerId",
            "subscriptionStatus",
            "subscriptionPlan",
            "subscriptionEndDate",
            "monthlyTokenLimit",
            "tokensUsed",
            "lastTokenReset",
          ),
        ),
      ],
    },
    organizations: {
      read: oneself,
      insert: [
        oneself,
        allow(
          "begins free",
          "A new organization begins with the free plan.",
          eq(row("plan"), "free"),
        ),
      ],
      update: [oneself, allow("billing decides", "The plan is changed for you.", stays("plan"))],
      delete: oneself,
    },
    organizationMemberships: {
      read: oneself,
      insert: [
        oneself,
        allow(
          "as owner",
          "Only an organization of your own can be joined so.",
          eq(row("role"), "owner"),
        ),
      ],
      delete: oneself,
    },

    userKnowledge: ownRows,
    contentCurations: ownRows,
    conversations: ownRows,
    chatbotState: ownRows,
    routerAnalytics: readOnly,
    usageTracking: readOnly,
    notifications: {
      read: oneself,
      update: [
        oneself,
        allow(
          "read, nothing else",
          "A notification can only be marked as read.",
          stays("type", "title", "message", "actionUrl"),
        ),
      ],
      delete: oneself,
    },
    appConnections: ownRows,
    spending: ownRows,
    habits: {
      ...ownRows,
      insert: [oneself, allow("counts up", "A target is at least 1.", gte(row("targetCount"), 1))],
    },
  },
});
