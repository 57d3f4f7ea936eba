// The bench's rules: as an ordinary application's, so that judging them is part of what is measured.
import { allow, and, defineRules, eq, gte, isIn, lte, ne, role, row } from "syncline/rules";

const reads = allow("members read", "Only members see a space.", isIn(role(), ["admin", "member"]));
const admins = allow("admins", "Only admins change a space.", eq(role(), "admin"));
const writers = allow("members write", "Only members write.", isIn(role(), ["admin", "member"]));
const titled = allow("titled", "An item needs a title.", ne(row("title"), ""));
const ranked = allow(
  "priority",
  "A priority is from 0 to 4.",
  and(gte(row("priority"), 0), lte(row("priority"), 4)),
);

export default defineRules({
  tenancy: {
    root: "spaces",
    fields: { members: "space", items: "space", rows: "space", texts: "space" },
  },
  membership: { table: "members", field: "email", claim: "email", role: "role" },
  tables: {
    spaces: { read: reads, insert: admins },
    members: { read: reads, insert: admins },
    items: { read: reads, insert: [writers, titled, ranked], update: [writers, titled, ranked] },
    rows: { read: reads, insert: writers, update: writers },
    texts: { read: reads, insert: writers, update: writers },
  },
});
