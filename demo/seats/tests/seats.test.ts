// Seats and reviews, on one device: what each function does and refuses.

import { makeFunctionReference } from "convex/server";
import { convexTest } from "syncline/testing";
import { beforeEach, expect, it } from "vitest";
import { api } from "../convex/_generated/api.js";
import type { Id } from "../convex/_generated/dataModel.js";
import rules from "../convex/rules.js";
import schema from "../convex/schema.js";

const modules = {
  ...import.meta.glob("../convex/**/*.*s"),
  // Functions that check nothing, to hear what the rules say by themselves.
  "../convex/careless.ts": async () => await import("./careless.js"),
};
const startsAt = Date.UTC(2026, 11, 1, 18);

async function start() {
  const device = convexTest({ schema, modules, rules });
  const as = (name: string) =>
    device.withIdentity({ subject: name, name, email: `${name}@example.org` });
  const admin = as("ines");
  const centerId = await admin.mutation(api.centers.found, { name: "Center" });
  for (const [name, role] of [
    ["priya", "coach"],
    ["hugo", "coach"],
    ["mara", "seeker"],
    ["jonas", "seeker"],
  ] as const) {
    const email = `${name}@example.org`;
    await admin.mutation(api.centers.addMember, { centerId, name, email, role });
  }
  const workshop = { centerId, title: "Practice", coach: "Priya", startsAt, seats: 1 };
  const workshopId = await admin.mutation(api.workshops.add, workshop);
  return { as, centerId, workshopId };
}

let center: { as: Awaited<ReturnType<typeof start>>["as"] } & {
  centerId: Id<"centers">;
  workshopId: Id<"workshops">;
};
beforeEach(async () => {
  center = await start();
});

it("gives a seat to one person, and tells the next who has it", async () => {
  const { as, centerId, workshopId } = center;
  await as("mara").mutation(api.workshops.book, { workshopId });
  const again = as("mara").mutation(api.workshops.book, { workshopId });
  await expect(again).rejects.toThrow("You have a seat in “Practice” already.");
  const late = as("jonas").mutation(api.workshops.book, { workshopId });
  await expect(late).rejects.toThrow("“Practice” is full: mara has the last seat.");
  await as("mara").mutation(api.workshops.cancel, { workshopId });
  await as("jonas").mutation(api.workshops.book, { workshopId });
  const [workshop] = await as("jonas").query(api.workshops.list, { centerId });
  expect(workshop).toMatchObject({ seated: ["jonas"], mine: true });
});

it("gives a review to one coach", async () => {
  const { as, centerId } = center;
  const reviewId = await as("mara").mutation(api.reviews.ask, { centerId, title: "Designer" });
  const bySeeker = as("jonas").mutation(api.reviews.accept, { reviewId });
  await expect(bySeeker).rejects.toThrow("Only coaches review.");
  await as("priya").mutation(api.reviews.accept, { reviewId });
  const late = as("hugo").mutation(api.reviews.accept, { reviewId });
  await expect(late).rejects.toThrow("priya has accepted “Designer”.");
  const byOther = as("hugo").mutation(api.reviews.complete, { reviewId });
  await expect(byOther).rejects.toThrow("Another coach has this.");
  await as("priya").mutation(api.reviews.complete, { reviewId });
  const [review] = await as("mara").query(api.reviews.list, { centerId });
  expect(review).toMatchObject({ status: "completed", coachName: "priya" });
});

// What the rules say to a client with functions of its own.
const force = (name: string, path: string, args: Record<string, unknown>): Promise<unknown> =>
  center.as(name).mutation(makeFunctionReference<"mutation">(`careless:${path}`), args);
const steps = "A review is accepted, then finished; only an admin can put it back.";
const inTheNameOf = (name: string) => ({ coachEmail: `${name}@example.org`, coachName: name });

it("lets nobody ask for a review that somebody has already", async () => {
  const { centerId } = center;
  const open = { centerId, title: "Designer", seeker: "mara", status: "open" };
  const insert = (fields: object) =>
    force("mara", "insert", { table: "reviews", row: { ...open, ...fields } });
  await expect(insert({ status: "completed", ...inTheNameOf("priya") })).rejects.toThrow();
  await expect(insert({ status: "completed" })).rejects.toThrow(steps);
  await expect(insert({ status: "assigned" })).rejects.toThrow(steps);
  await expect(insert({ coachEmail: "priya@example.org" })).rejects.toThrow("in a coach's name");
  await expect(insert({ coachName: "priya" })).rejects.toThrow("in a coach's name");
  await insert({});
});

it("lets a review go one step after the other, and only an admin put it back", async () => {
  const { as, centerId } = center;
  const id = await as("mara").mutation(api.reviews.ask, { centerId, title: "Designer" });
  const patch = (name: string, fields: object) => force(name, "patch", { id, fields });
  await expect(patch("priya", { status: "completed", ...inTheNameOf("priya") })).rejects.toThrow(
    steps,
  );
  await expect(patch("priya", { status: "assigned", ...inTheNameOf("hugo") })).rejects.toThrow(
    "Another coach has this.",
  );
  await as("priya").mutation(api.reviews.accept, { reviewId: id });
  await expect(patch("priya", { status: "open" })).rejects.toThrow(steps);
  await as("priya").mutation(api.reviews.complete, { reviewId: id });
  await expect(patch("priya", { status: "assigned" })).rejects.toThrow(steps);
  await expect(patch("priya", { status: "open" })).rejects.toThrow(steps);
  await patch("ines", { status: "assigned" });
  await patch("ines", { status: "open", coachEmail: undefined, coachName: undefined });
  await as("hugo").mutation(api.reviews.accept, { reviewId: id });
});

it("has seats in workshops that are there, and none when they are gone", async () => {
  const { as, centerId, workshopId } = center;
  const row = { centerId, workshopId, email: "mara@example.org", name: "mara" };
  const id = await force("mara", "insert", { table: "bookings", row });
  await force("ines", "removeWorkshop", { id: workshopId });
  expect(await as("mara").run((ctx) => ctx.db.get("bookings", id as Id<"bookings">))).toBeNull();
  await expect(force("mara", "insert", { table: "bookings", row })).rejects.toThrow();
});
