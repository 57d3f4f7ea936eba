// SettingsPage: what the community has set, over the defaults. Everybody sees it, admins change it.
import { useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { type FormEvent, useState } from "react";
import { Skeleton } from "../../lib/src/skeleton.tsx";
import { useWrite } from "../../lib/src/use-write.ts";
import { api } from "../convex/_generated/api.js";
import { isPermitted } from "../convex/lib/access.js";
import { useMembership } from "./membership.ts";

type Settings = FunctionReturnType<typeof api.communities.getSettings>;

export function SettingsPage() {
  const { community } = useMembership();
  const settings = useQuery(api.communities.getSettings, { communityId: community._id });
  if (settings === undefined) return <Skeleton rows={3} />;
  // Filled in anew when somebody else has changed them.
  return <SettingsForm key={JSON.stringify(settings)} settings={settings} />;
}

function SettingsForm({ settings }: { settings: Settings }) {
  const { community, member } = useMembership();
  const communityId = community._id;
  const set = useWrite(api.communities.setSettings);
  const [form, setForm] = useState(settings);
  const may = isPermitted(member.role, "community:edit");
  const change = (fields: Partial<Settings>) => setForm({ ...form, ...fields });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { name, ...rest } = form;
    void set({ communityId, name, settings: rest });
  };
  return (
    <form className="card write settings" onSubmit={submit}>
      <fieldset disabled={!may}>
        <label className="field">
          Name
          <input
            required
            minLength={2}
            maxLength={100}
            value={form.name}
            onChange={(event) => change({ name: event.target.value })}
          />
        </label>
        <label className="field">
          Description
          <textarea
            rows={3}
            maxLength={1000}
            value={form.description}
            onChange={(event) => change({ description: event.target.value })}
          />
        </label>
        <label className="field">
          Characters in a post, at most
          <input
            type="number"
            min={1}
            max={100_000}
            value={form.postLengthMax}
            onChange={(event) => change({ postLengthMax: Number(event.target.value) })}
          />
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={form.allowComments}
            onChange={(event) => change({ allowComments: event.target.checked })}
          />
          Members can comment
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={form.newMemberRole === "moderator"}
            onChange={(event) =>
              change({ newMemberRole: event.target.checked ? "moderator" : "member" })
            }
          />
          New members are moderators
        </label>
        {may && (
          <button type="submit" className="button primary">
            Save
          </button>
        )}
      </fieldset>
      {!may && <p className="detail">Only admins change the settings.</p>}
    </form>
  );
}
