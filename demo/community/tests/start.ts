// One device with a community of three people: Ada is its admin, Mo moderates, Ben is a member.
import { convexTest } from "syncline/testing";
import { api } from "../convex/_generated/api.js";
import rules from "../convex/rules.js";
import schema from "../convex/schema.js";

const modules = {
  ...import.meta.glob("../convex/**/*.*s"),
  // Functions that check nothing, to hear what the rules say by themselves.
  "../convex/careless.ts": async () => await import("./careless.js"),
};

export async function startCommunity() {
  const device = convexTest({ schema, modules, rules });
  const as = (name: string) =>
    device.withIdentity({
      subject: name,
      name: `${name[0]?.toUpperCase()}${name.slice(1)}`,
      email: `${name}@example.org`,
    });
  const people = { ada: as("ada"), mo: as("mo"), ben: as("ben"), stranger: as("stranger") };
  const { ada } = people;
  const communityId = await ada.mutation(api.communities.create, { name: "Harbor Rowers" });
  await ada.mutation(api.members.add, {
    ...{ communityId, name: "Mo", email: "mo@example.org", role: "moderator" },
  });
  await ada.mutation(api.members.add, { communityId, name: "Ben", email: "Ben@example.org" });
  return { device, as, communityId, ...people };
}

export type Community = Awaited<ReturnType<typeof startCommunity>>;
