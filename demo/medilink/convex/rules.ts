// The rules of MediLink: a hospital is a tenant, and an organizationMembers row makes the person whose
// token's "sub" is its userId a member. (Better Auth signs tokens for the user row's id.) Who founds a
// hospital becomes its owner, because the same change set inserts their row.
//
// A missing rule means nobody: what Stripe, automation and the scheduler write comes from a service peer.
import {
  allow,
  and,
  between,
  type Condition,
  changed,
  check,
  currency,
  defineRules,
  eq,
  gte,
  isIn,
  move,
  not,
  old,
  or,
  role,
  row,
  user,
} from "syncline/rules";
import type schema from "./schema.js";

const isOwner = eq(role(), "owner");
const isManager = isIn(role(), ["owner", "admin"]);
// Doctors and providers do the work that managers have approved.
const isProvider = isIn(role(), ["owner", "admin", "instructor"]);
const isStaff = isIn(role(), ["owner", "admin", "instructor", "member"]);
const isMember = isIn(role(), ["owner", "admin", "instructor", "member", "guest"]);

const isMine = (field: string): Condition => eq(row(field), user("sub"));
const wasMine = (field: string): Condition => eq(old(field), user("sub"));
const stays = (...fields: [string, ...string[]]): Condition =>
  and(...fields.map((field) => not(changed(field))));

const members = allow("members", "Only members of the hospital can see this.", isMember);
const staff = allow("staff", "Visitors can only look.", isStaff);
const providers = allow("providers", "Only doctors, providers and admins can do this.", isProvider);
const managers = allow("managers", "Only owners and admins can do this.", isManager);
const owners = allow("owners", "Only the owner can do this.", isOwner);
const ownName = (field: string) =>
  allow("under one's own name", "You can only do this as yourself.", isMine(field));
const begins = (status: string) =>
  allow(`begins ${status}`, `This has to begin as ${status}.`, eq(row("status"), status));

const byManagers = { insert: managers, update: managers, delete: managers };
const below = ["instructor", "member", "guest"];
const inCharge = ["owner", "admin"] as const;
const atWork = ["owner", "admin", "instructor"] as const;

export default defineRules<typeof schema, "owner" | "admin" | "instructor" | "member" | "guest">({
  tenancy: {
    root: "organizations",
    fields: {
      organizationMembers: "organizationId",
      equipment: "organizationId",
      equipmentCategories: "organizationId",
      equipmentHistory: "organizationId",
      maintenanceRecords: "organizationId",
      failureReports: "organizationId",
      qrCodes: "organizationId",
      consumables: "organizationId",
      serviceRequests: "organizationId",
      serviceQuotes: "organizationId",
      serviceRatings: "organizationId",
      serviceRequestHistory: "organizationId",
      providers: "organizationId",
      disputes: "organizationId",
      supportTickets: "organizationId",
      payments: "organizationId",
      auditLog: "organizationId",
      notifications: "organizationId",
      notificationTemplates: "organizationId",
      automationRecipes: "organizationId",
      automationExecutions: "organizationId",
      aiConversations: "organizationId",
      analyticsEvents: "organizationId",
    },
    // Better Auth's tables belong to no hospital, and sessions and tokens must not travel.
    local: ["user", "session", "account", "verification"],
  },
  membership: { table: "organizationMembers", field: "userId", claim: "sub", role: "role" },
  tables: {
    organizations: {
      read: members,
      insert: [
        owners,
        allow("owned by its founder", "You can only found your own.", isMine("ownerId")),
        allow("begins free", "A new hospital begins with the free plan.", eq(row("plan"), "free")),
      ],
      update: [
        managers,
        allow(
          "owners pay",
          "Only the owner can change the plan or hand over the hospital.",
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
          or(isOwner, isIn(row("role"), below)),
        ),
      ],
      update: [
        managers,
        allow("the person stays", "A membership cannot become somebody else's.", stays("userId")),
        allow(
          "admins change those below them",
          "Only the owner can change owners and admins.",
          or(isOwner, and(isIn(old("role"), below), isIn(row("role"), below))),
        ),
      ],
      delete: allow(
        "managers, or oneself",
        "Only owners and admins can remove others, and only the owner an admin.",
        or(
          isOwner,
          and(isManager, isIn(row("role"), below)),
          and(isMine("userId"), not(eq(row("role"), "owner"))),
        ),
      ),
    },

    equipment: { read: members, ...byManagers, references: { categoryId: "restrict" } },
    equipmentCategories: { read: members, ...byManagers },
    // History is written and never changed.
    equipmentHistory: {
      read: members,
      insert: [staff, ownName("performedBy")],
      references: { equipmentId: "cascade" },
    },
    maintenanceRecords: {
      read: members,
      insert: providers,
      update: providers,
      delete: managers,
      transitions: {
        status: {
          initial: ["scheduled", "in_progress", "completed", "overdue"],
          moves: [
            move(
              ["scheduled", "in_progress", "overdue"],
              ["scheduled", "in_progress", "completed", "overdue"],
            ),
          ],
          message: "Maintenance that is done stays done.",
        },
      },
      references: { equipmentId: "cascade" },
    },
    failureReports: {
      read: members,
      insert: [staff, ownName("reportedBy")],
      update: [
        providers,
        allow(
          "the report stays",
          "Only the resolution can be added.",
          stays("reportedBy", "equipmentId"),
        ),
      ],
      delete: managers,
    },
    qrCodes: {
      read: members,
      ...byManagers,
      unique: { name: "one code", message: "This code is on another label.", fields: ["code"] },
      references: { equipmentId: "cascade" },
    },
    // Staff take and refill; managers decide what is kept.
    consumables: { read: members, insert: managers, update: staff, delete: managers },

    serviceRequests: {
      read: members,
      insert: [staff, ownName("requestedBy")],
      update: [
        staff,
        allow("the requester stays", "A request stays its requester's.", stays("requestedBy")),
        allow(
          "managers assign",
          "Only owners and admins can choose the provider and the quote.",
          or(isManager, stays("assignedProviderId", "approvedQuoteId")),
        ),
        allow(
          "requesters word it while it is pending",
          "Only its requester can word a request, and only while it is pending.",
          or(
            isManager,
            stays("title", "description", "priority", "equipmentId"),
            and(wasMine("requestedBy"), eq(old("status"), "pending")),
          ),
        ),
      ],
      delete: managers,
      // The life of a request: who may take which step.
      transitions: {
        status: {
          initial: ["pending"],
          moves: [
            move("pending", "quoted", { roles: atWork }),
            move("pending", "approved", { roles: inCharge }),
            move("quoted", ["approved", "pending"], { roles: inCharge }),
            move("approved", "in_progress", { roles: atWork }),
            move("in_progress", "completed", { roles: atWork }),
            move(["pending", "quoted", "approved", "in_progress"], "cancelled", {
              roles: inCharge,
            }),
          ],
        },
      },
      references: {
        equipmentId: { onDelete: "restrict", message: "There are requests for this equipment." },
        assignedProviderId: "setUndefined",
        approvedQuoteId: "setUndefined",
      },
    },
    serviceQuotes: {
      read: members,
      insert: providers,
      update: [
        managers,
        allow(
          "an offer stays",
          "A quote can only be approved or rejected.",
          stays("amount", "currency", "providerId", "serviceRequestId"),
        ),
      ],
      delete: managers,
      checks: [
        check("a currency", "This is no code of a currency.", currency(row("currency"))),
        check("a price", "An amount cannot be negative.", gte(row("amount"), 0)),
      ],
      transitions: {
        status: {
          initial: ["pending"],
          moves: [move("pending", ["approved", "rejected"])],
          message: "A quote is decided on once.",
        },
      },
      references: { serviceRequestId: "cascade", providerId: "restrict" },
    },
    serviceRatings: {
      read: members,
      insert: [staff, ownName("userId")],
      update: [
        allow(
          "one's own",
          "You can only change your own rating.",
          and(isStaff, wasMine("userId"), stays("userId", "serviceRequestId")),
        ),
      ],
      checks: check("1 to 5", "A rating is 1 to 5.", between(row("rating"), 1, 5)),
      unique: {
        name: "one each",
        message: "You have rated this request.",
        fields: ["serviceRequestId", "userId"],
      },
      references: { serviceRequestId: "cascade" },
    },
    serviceRequestHistory: {
      read: members,
      insert: [staff, ownName("changedBy")],
      references: { serviceRequestId: "cascade" },
    },
    providers: { read: members, ...byManagers },
    disputes: {
      read: members,
      insert: [staff, ownName("raisedBy")],
      update: managers,
      transitions: {
        status: {
          initial: ["open"],
          moves: [
            move("open", ["under_review", "resolved", "rejected"]),
            move("under_review", ["resolved", "rejected"]),
          ],
          message: "A dispute that is decided stays decided.",
        },
      },
      references: {
        serviceRequestId: {
          onDelete: "restrict",
          message: "There is a dispute about this request.",
        },
      },
    },
    supportTickets: {
      read: allow(
        "one's own, or a manager",
        "Only its author and the admins can see this.",
        or(and(isStaff, isMine("userId")), isManager),
      ),
      insert: [staff, ownName("userId"), begins("open")],
      update: [
        allow(
          "its author, or a manager",
          "Only its author and the admins can change this.",
          or(and(isStaff, wasMine("userId")), isManager),
        ),
        allow(
          "managers decide",
          "Only owners and admins can assign and decide.",
          and(or(isManager, stays("status", "assignedTo")), stays("userId")),
        ),
      ],
    },
    payments: {
      read: allow(
        "one's own, or a manager",
        "Only the payer and the admins can see this.",
        or(and(isStaff, isMine("userId")), isManager),
      ),
      checks: [
        check("a currency", "This is no code of a currency.", currency(row("currency"))),
        check("an amount", "An amount cannot be negative.", gte(row("amount"), 0)),
      ],
      transitions: {
        status: {
          initial: ["pending"],
          moves: [move("pending", ["completed", "failed"]), move("completed", "refunded")],
        },
      },
      references: { serviceRequestId: "restrict" },
    },

    // Written by everybody who changes something, read by managers, changed by nobody.
    auditLog: { read: managers, insert: [staff, ownName("userId")] },
    notifications: {
      read: allow("one's own", "Only the person can see this.", and(isMember, isMine("userId"))),
      insert: staff,
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
    notificationTemplates: { read: managers, ...byManagers },
    automationRecipes: { read: managers, ...byManagers },
    automationExecutions: { read: managers },
    aiConversations: {
      read: allow("one's own", "Only the person can see this.", and(isStaff, isMine("userId"))),
      insert: [staff, ownName("userId")],
      update: allow(
        "one's own",
        "You can only change your own.",
        and(isStaff, wasMine("userId"), stays("userId")),
      ),
      delete: allow("one's own", "You can only delete your own.", and(isStaff, isMine("userId"))),
    },
    analyticsEvents: { read: providers, insert: staff },
  },
});
