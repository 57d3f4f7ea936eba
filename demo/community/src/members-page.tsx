// MembersPage: people page by page or by name, their roles, and who joins.
import { usePaginatedQuery, useQuery } from "convex/react";
import { type FormEvent, useState } from "react";
import { Initials } from "../../lib/src/initials.tsx";
import { PersonFields } from "../../lib/src/person-fields.tsx";
import { Skeleton } from "../../lib/src/skeleton.tsx";
import { useWrite } from "../../lib/src/use-write.ts";
import { api } from "../convex/_generated/api.js";
import type { Doc } from "../convex/_generated/dataModel.js";
import { isPermitted, type Role } from "../convex/lib/access.js";
import { LoadMore } from "./load-more.tsx";
import { useMembership } from "./membership.ts";

const pageSize = 12;
const roles: readonly Role[] = ["admin", "moderator", "member"];
const roleName: Record<Role, string> = {
  admin: "Admin",
  moderator: "Moderator",
  member: "Member",
};

export function MembersPage() {
  const { community, member } = useMembership();
  const communityId = community._id;
  const [text, setText] = useState("");
  const isSearch = text.trim() !== "";
  const pages = usePaginatedQuery(api.members.list, isSearch ? "skip" : { communityId }, {
    initialNumItems: pageSize,
  });
  const found = useQuery(api.members.search, isSearch ? { communityId, text } : "skip");
  const people = isSearch ? found : pages.status === "LoadingFirstPage" ? undefined : pages.results;
  const manages = isPermitted(member.role, "member:manage");
  return (
    <div className="columns">
      <section className="column" aria-label="Members">
        <label className="field">
          Find by name
          <input type="search" value={text} onChange={(event) => setText(event.target.value)} />
        </label>
        {people === undefined ? (
          <Skeleton rows={6} />
        ) : (
          <ul className="card members">
            {people.map((person) => (
              <MemberRow key={person._id} person={person} manages={manages} />
            ))}
            {people.length === 0 && <li className="detail">Nobody has this name.</li>}
          </ul>
        )}
        {!isSearch && <LoadMore status={pages.status} onMore={() => pages.loadMore(pageSize)} />}
      </section>
      {manages && (
        <aside className="column">
          <AddMember />
        </aside>
      )}
    </div>
  );
}

function MemberRow({ person, manages }: { person: Doc<"members">; manages: boolean }) {
  const setRole = useWrite(api.members.setRole);
  return (
    <li>
      <Initials name={person.name} />
      <div>
        <h3>{person.name}</h3>
        <p className="detail">{person.email}</p>
      </div>
      {manages ? (
        <select
          aria-label={`Role of ${person.name}`}
          value={person.role}
          onChange={(event) => {
            const role = roles.find((known) => known === event.target.value);
            if (role !== undefined) void setRole({ memberId: person._id, role });
          }}
        >
          {roles.map((role) => (
            <option key={role} value={role}>
              {roleName[role]}
            </option>
          ))}
        </select>
      ) : (
        <span className="detail">{roleName[person.role]}</span>
      )}
    </li>
  );
}

function AddMember() {
  const { community } = useMembership();
  const add = useWrite(api.members.add);
  const [fields, setFields] = useState({ name: "", email: "" });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!(await add({ communityId: community._id, ...fields }))) return;
    setFields({ name: "", email: "" });
  };
  return (
    <form className="card write" onSubmit={submit}>
      <h2>Add a member</h2>
      <PersonFields value={fields} onChange={setFields} />
      <button type="submit" className="button primary">
        Add
      </button>
    </form>
  );
}
