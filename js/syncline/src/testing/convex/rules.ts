// The rules of the fixture.
import { allow, changed, defineRules, eq, gte, isIn, not, role, row, user } from "syncline/rules";

const member = isIn(role(), ["admin", "member", "viewer"]);
const writer = isIn(role(), ["admin", "member"]);

export default defineRules({
  tenancy: { root: "teams", fields: { members: "team", notes: "team" } },
  membership: { table: "members", field: "email", claim: "email", role: "role" },
  tables: {
    teams: {
      read: allow("members read", "Only members see a team", member),
      insert: allow("founder", "Only a team's founder makes it", eq(role(), "admin")),
    },
    members: {
      read: allow("members read", "Only members see a team", member),
      insert: allow("admins invite", "Only admins invite", eq(role(), "admin")),
      update: allow("nobody moves", "An address stays", not(changed("email"))),
      delete: allow("leave", "Only you can leave", eq(row("email"), user("email"))),
    },
    notes: {
      read: allow("members read", "Only members see a team", member),
      insert: [
        allow("writers write", "Viewers cannot write", writer),
        allow("rank", "A rank is not negative", gte(row("rank"), 0)),
      ],
      update: allow("writers write", "Viewers cannot write", writer),
      delete: allow("writers write", "Viewers cannot write", writer),
    },
  },
});
