// Who may read and write what. The relay enforces this; the device previews it.
//
// A list is a tenant: everything in it is kept apart from other lists, and a row of members lets the
// person with that email in.
import { allow, and, changed, defineRules, eq, isIn, ne, not, role, row } from "syncline/rules";

const members = allow(
  "members",
  "Only who shares the list may do this.",
  isIn(role(), ["owner", "member"]),
);
const owner = allow("owner", "Only the list's owner may do this.", eq(role(), "owner"));

export default defineRules({
  tenancy: { root: "lists", fields: { members: "list", tasks: "list" } },
  membership: { table: "members", field: "email", claim: "email", role: "role" },
  tables: {
    lists: { read: members, insert: owner, update: owner, delete: owner },
    members: { read: members, insert: owner, delete: owner },
    tasks: {
      read: members,
      insert: [members, allow("has text", "A task needs a text.", ne(row("text"), ""))],
      update: [
        members,
        allow(
          "text stays",
          "A task that is done keeps its text.",
          not(and(eq(row("done"), true), changed("text"))),
        ),
      ],
      delete: members,
    },
  },
});
