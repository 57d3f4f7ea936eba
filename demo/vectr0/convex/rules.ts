// The rules of VECTR0: what the relay enforces, and the device previews.
//
// An organization is a tenant; a users row makes the person with that email its member. Viewers read;
// members plan; admins also manage people and the organization. Who founds an organization is its
// admin, because the same change set inserts their users row.
import {
  allow,
  changed,
  check,
  defineRules,
  email,
  eq,
  gte,
  isIn,
  move,
  ne,
  not,
  old,
  or,
  role,
  row,
} from "syncline/rules";
import type schema from "./schema.js";

const isAdmin = eq(role(), "admin");
const isPlanner = isIn(role(), ["admin", "member"]);

const readAsMember = allow(
  "members read",
  "Only members of the organization can see this.",
  isIn(role(), ["admin", "member", "viewer"]),
);

const adminsManagePeople = allow(
  "admins manage people",
  "Only an admin can change people and their roles.",
  isAdmin,
);

const adminsManageOrganization = allow(
  "admins manage the organization",
  "Only an admin can change the organization.",
  isAdmin,
);

const plannersWrite = allow(
  "planners write",
  "Viewers cannot change schedules; ask an admin or a member.",
  isPlanner,
);

const titled = allow("has a title", "A schedule needs a title.", ne(row("title"), ""));

const endsAfterStart = allow(
  "ends after it starts",
  "A schedule cannot end before it starts.",
  gte(row("endDate"), row("startDate")),
);

export default defineRules<typeof schema, "admin" | "member" | "viewer">({
  tenancy: {
    root: "organizations",
    fields: { users: "organizationId", schedules: "organizationId" },
  },
  membership: { table: "users", field: "email", claim: "email", role: "role" },
  tables: {
    organizations: {
      read: readAsMember,
      insert: adminsManageOrganization,
      update: adminsManageOrganization,
      delete: adminsManageOrganization,
    },
    users: {
      read: readAsMember,
      insert: adminsManagePeople,
      update: [
        adminsManagePeople,
        allow(
          "addresses stay",
          "An address cannot be changed; add the person again with the new one.",
          not(changed("email")),
        ),
      ],
      delete: adminsManagePeople,
      checks: check("an address", "This is no address.", email(row("email"))),
      unique: {
        name: "once each",
        message: "Somebody with this address is here already.",
        fields: ["email"],
      },
    },
    schedules: {
      read: readAsMember,
      insert: [plannersWrite, titled, endsAfterStart],
      update: [
        plannersWrite,
        titled,
        endsAfterStart,
        allow(
          "completed stays",
          "Only an admin can change a completed schedule.",
          or(ne(old("status"), "completed"), isAdmin),
        ),
      ],
      delete: [
        plannersWrite,
        allow(
          "members delete open ones",
          "Members can delete drafts and cancelled schedules; ask an admin for this one.",
          or(isAdmin, isIn(row("status"), ["draft", "cancelled"])),
        ),
      ],
      transitions: {
        status: {
          initial: ["draft", "active"],
          moves: [
            move("draft", ["active", "cancelled"]),
            move("active", ["completed", "cancelled"]),
            move("completed", "active", { roles: ["admin"] }),
            move("cancelled", "draft"),
          ],
        },
      },
    },
  },
});
