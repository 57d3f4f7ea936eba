// A community's settings: what is set, over the defaults. Only what differs is stored, so a default can
// change for everybody who never chose.
import type { Doc } from "../_generated/dataModel.js";

export type Settings = Required<Doc<"communities">["settings"]>;

export const defaultSettings: Settings = {
  description: "",
  allowComments: true,
  postLengthMax: 4000,
  newMemberRole: "member",
};

export function settingsOf({ settings }: Doc<"communities">): Settings {
  return { ...defaultSettings, ...settings };
}
