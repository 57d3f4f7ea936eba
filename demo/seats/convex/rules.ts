// The rules of the center: what the relay enforces, and the device previews.
import {
  allow,
  and,
  type Condition,
  changed,
  defineRules,
  eq,
  isIn,
  lt,
  move,
  not,
  old,
  or,
  role,
  row,
  user,
} from "syncline/rules";
import type schema from "./schema.js";

const isMember = isIn(role(), ["admin", "coach", "seeker"]);
const isSeeker = eq(role(), "seeker");
const isAdmin = eq(role(), "admin");
const isOwn = eq(row("email"), user("email"));
const isAbsent = (field: string): Condition => lt(row(field), null);

const statuses = ["open", "assigned", "completed"] as const;

const readAsMember = allow("members read", "Only members of the center see this.", isMember);
const adminsManage = allow("admins manage", "Only an admin can change this.", isAdmin);

export default defineRules<typeof schema, "admin" | "coach" | "seeker">({
  tenancy: {
    root: "centers",
    fields: {
      members: "centerId",
      workshops: "centerId",
      bookings: "centerId",
      reviews: "centerId",
    },
  },
  membership: { table: "members", field: "email", claim: "email", role: "role" },
  tables: {
    centers: { read: readAsMember, insert: adminsManage, update: adminsManage },
    members: {
      read: readAsMember,
      insert: adminsManage,
      update: adminsManage,
      delete: adminsManage,
    },
    workshops: {
      read: readAsMember,
      insert: adminsManage,
      update: adminsManage,
      delete: adminsManage,
    },
    bookings: {
      read: readAsMember,
      insert: allow("for oneself", "You can only book for yourself.", and(isSeeker, isOwn)),
      delete: allow("one's own seat", "You can only give back your own seat.", or(isOwn, isAdmin)),
      unique: {
        name: "one seat each",
        message: "You have a seat in this workshop already.",
        fields: ["workshopId", "email"],
      },
      references: { workshopId: "cascade" },
    },
    reviews: {
      history: true,
      read: readAsMember,
      insert: [
        allow("members ask", "Only members of the center can ask for this.", isMember),
        allow(
          "without a coach",
          "Nobody can ask in a coach's name.",
          and(isAbsent("coachEmail"), isAbsent("coachName")),
        ),
      ],
      update: [
        allow(
          "coaches review",
          "Only a coach can accept or finish this.",
          or(eq(role(), "coach"), isAdmin),
        ),
        allow(
          "one's own",
          "Another coach has this.",
          or(
            isAdmin,
            and(eq(old("status"), "open"), eq(row("coachEmail"), user("email"))),
            and(eq(old("coachEmail"), user("email")), not(changed("coachEmail"))),
          ),
        ),
      ],
      delete: adminsManage,
      // The life of a review: one coach accepts it, and finishes it. Only an admin puts it back.
      transitions: {
        status: {
          initial: ["open"],
          moves: [
            move("open", "assigned", { roles: ["coach"] }),
            move("assigned", "completed", { roles: ["coach"] }),
            move(statuses, statuses, { roles: ["admin"] }),
          ],
          message: "A review is accepted, then finished; only an admin can put it back.",
        },
      },
    },
  },
});
