// The rules of the community: what the relay enforces, and the device previews.
//
// A members row makes the person with that address a member. Everybody reads what is published; members
// write in their own name; moderators take away and bring back; admins manage people and settings.
import {
  allow,
  and,
  type Condition,
  changed,
  defineRules,
  eq,
  gt,
  gte,
  isIn,
  lt,
  ne,
  not,
  or,
  role,
  row,
  user,
} from "syncline/rules";

const isMember = isIn(role(), ["admin", "moderator", "member"]);
const isModerator = isIn(role(), ["admin", "moderator"]);
const isAdmin = eq(role(), "admin");
const isOwn = (field: string): Condition => eq(row(field), user("email"));
const stays = (...fields: [string, ...string[]]): Condition =>
  and(...fields.map((field) => not(changed(field))));
// undefined is the one value below null.
const isAbsent = (field: string): Condition => lt(row(field), null);

const readAsMember = allow("members read", "Only members of the community see this.", isMember);
const membersWrite = allow("members write", "Only members of the community write here.", isMember);
const adminsManage = allow("admins manage", "Only an admin can change this.", isAdmin);
const inOwnName = (field: string) =>
  allow("in one's own name", "You can only write in your own name.", and(isMember, isOwn(field)));
const ownOrModerator = (field: string) =>
  allow(
    "one's own, or a moderator",
    "Only who wrote this and moderators can do that.",
    or(and(isMember, isOwn(field)), isModerator),
  );
const titled = allow("has a title", "A post needs a title.", ne(row("title"), ""));

export default defineRules({
  tenancy: {
    root: "communities",
    fields: {
      members: "communityId",
      posts: "communityId",
      comments: "communityId",
      likes: "communityId",
      notes: "communityId",
      cursors: "communityId",
      files: "communityId",
      auditLogs: "communityId",
    },
    local: ["accounts", "sessions", "spentTokens", "signInAttempts"],
  },
  membership: { table: "members", field: "email", claim: "email", role: "role" },
  tables: {
    communities: {
      read: readAsMember,
      insert: adminsManage,
      update: adminsManage,
      delete: adminsManage,
    },
    members: {
      read: readAsMember,
      insert: adminsManage,
      update: [
        allow(
          "admins manage people",
          "Only an admin can change roles.",
          or(isAdmin, and(isOwn("email"), stays("role"))),
        ),
        allow("addresses stay", "An address cannot be changed.", stays("email")),
      ],
      delete: allow(
        "admins manage people, anyone leaves",
        "Only an admin can remove somebody else.",
        or(isAdmin, isOwn("email")),
      ),
    },
    posts: {
      read: allow(
        "published, one's own, or a moderator",
        "This is a draft or in the bin.",
        or(
          and(isMember, eq(row("status"), "published"), isAbsent("deletedAt")),
          and(isMember, isOwn("authorEmail")),
          isModerator,
        ),
      ),
      insert: [
        inOwnName("authorEmail"),
        titled,
        allow(
          "begins at zero",
          "A new post has no likes and no comments.",
          and(eq(row("likeCount"), 0), eq(row("commentCount"), 0)),
        ),
      ],
      update: [
        titled,
        allow("its author stays", "A post stays its author's.", stays("authorEmail", "authorId")),
        allow(
          "authors edit",
          "Only its author and moderators can change a post.",
          or(
            and(isMember, isOwn("authorEmail")),
            isModerator,
            // What others may: like and comment.
            and(
              isMember,
              stays("title", "body", "tags", "status", "publishedAt", "deletedAt", "updatedAt"),
            ),
          ),
        ),
        allow(
          "published stays published or is archived",
          "A post that was published is archived, not a draft again.",
          or(stays("status"), ne(row("status"), "draft")),
        ),
        allow(
          "counts are no less than nothing",
          "A count cannot be negative.",
          and(gte(row("likeCount"), 0), gte(row("commentCount"), 0)),
        ),
      ],
      delete: [
        allow("moderators purge", "Only moderators delete for good.", isModerator),
        allow(
          "from the bin",
          "Move the post to the bin first.",
          or(isAdmin, gt(row("deletedAt"), null)),
        ),
      ],
    },
    comments: {
      read: readAsMember,
      insert: inOwnName("authorEmail"),
      delete: ownOrModerator("authorEmail"),
    },
    // Whoever is here writes along.
    notes: {
      read: readAsMember,
      insert: membersWrite,
      update: membersWrite,
      delete: membersWrite,
    },
    cursors: {
      read: readAsMember,
      insert: inOwnName("email"),
      update: inOwnName("email"),
      // Who deletes a note takes its cursors along.
      delete: membersWrite,
    },
    likes: { read: readAsMember, insert: inOwnName("email"), delete: ownOrModerator("email") },
    files: {
      read: readAsMember,
      insert: [
        inOwnName("ownerEmail"),
        allow("up to 5 MB", "A file can have up to 5 MB.", not(gt(row("size"), 5_000_000))),
      ],
      update: [
        ownOrModerator("ownerEmail"),
        allow(
          "only the description",
          "Of a file, only the description changes.",
          stays("ownerEmail", "storageId", "filename", "contentType", "size", "sha256"),
        ),
      ],
      delete: ownOrModerator("ownerEmail"),
    },
    // Written by everybody about themselves, changed by nobody, deleted with the community only.
    auditLogs: {
      read: allow(
        "one's own, or a moderator",
        "Only moderators read the log.",
        or(and(isMember, isOwn("actorEmail")), isModerator),
      ),
      insert: inOwnName("actorEmail"),
      delete: adminsManage,
    },
  },
});
