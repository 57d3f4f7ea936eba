// The seeker's way through Job Flow: signing up, jobs, stories, resumes and the pipeline of applications.
import { convexTest } from "syncline/testing";
import { beforeEach, expect, it } from "vitest";
import { api } from "../convex/_generated/api.js";
import type { Id } from "../convex/_generated/dataModel.js";
import rules from "../convex/rules.js";
import schema from "../convex/schema.js";

const modules = import.meta.glob("../convex/**/*.*s");

function start() {
  const device = convexTest({ schema, modules, rules });
  const as = (name: string) =>
    device.withIdentity({ subject: name, email: `${name}@example.org`, emailVerified: true });
  return { device, ada: as("ada"), ben: as("ben") };
}

let { device, ada, ben } = start();
beforeEach(async () => {
  ({ device, ada, ben } = start());
  await ada.mutation(api.users.signUp, { name: "Ada Lund", role: "job_seeker" });
});

const boat = { title: "Boat builder", company: "Wharf", location: "Kiel", description: "Wood" };

function apply(jobId: Id<"jobs">) {
  return ada.mutation(api.applications.create, { jobId, submit: true });
}

it("a person signs up once, and nobody is known without a token", async () => {
  const again = await ada.mutation(api.users.signUp, { name: "Another", role: "coach" });
  const me = await ada.query(api.users.me, {});
  expect(me).toMatchObject({ _id: again, name: "Ada Lund", role: "job_seeker", authId: "ada" });
  await expect(device.query(api.users.me, {})).rejects.toThrow("Not authenticated");
  expect(await ben.query(api.users.me, {})).toBeNull();
  await expect(ben.query(api.jobs.urgent, {})).rejects.toThrow("Sign up first");
});

it("a profile changes field by field, and the change is on record", async () => {
  await ada.mutation(api.users.updateProfile, { bio: "Builds boats" });
  await ada.mutation(api.users.updateProfile, { name: " Ada B. Lund " });
  expect(await ada.query(api.users.me, {})).toMatchObject({
    name: "Ada B. Lund",
    bio: "Builds boats",
  });
  await expect(ada.mutation(api.users.updateProfile, { name: " " })).rejects.toThrow(
    "Name is missing",
  );
  const activity = await ada.query(api.users.activity, {});
  expect(activity.map(({ action }) => action)).toEqual(["profile_update", "profile_update"]);
});

it("jobs come in pages, by status, counted, and by urgency", async () => {
  for (let i = 1; i <= 5; i += 1) {
    await ada.mutation(api.jobs.save, { ...boat, title: `Job ${i}`, priority: i });
  }
  const page = (cursor: string | null) =>
    ada.query(api.jobs.list, { paginationOpts: { numItems: 3, cursor } });
  const first = await page(null);
  expect(first.page.map(({ title }) => title)).toEqual(["Job 5", "Job 4", "Job 3"]);
  const second = await page(first.continueCursor);
  expect(second.page.map(({ title }) => title)).toEqual(["Job 2", "Job 1"]);
  expect(second.isDone).toBe(true);
  expect((await ada.query(api.jobs.urgent, {})).map(({ priority }) => priority)).toEqual([4, 5]);
  expect(await ada.query(api.jobs.countByStatus, {})).toMatchObject({ saved: 5, applied: 0 });
  await expect(ada.mutation(api.jobs.save, { ...boat, priority: 6 })).rejects.toThrow(
    "The priority must be 1 to 5",
  );
});

it("somebody else's job looks like none at all", async () => {
  const jobId = await ada.mutation(api.jobs.save, boat);
  await ben.mutation(api.users.signUp, { name: "Ben", role: "job_seeker" });
  await expect(ben.query(api.jobs.get, { id: jobId })).rejects.toThrow("There is no such row");
  await expect(ben.mutation(api.jobs.remove, { id: jobId })).rejects.toThrow("no such row");
});

it("an application and its job move together, to an offer and its acceptance", async () => {
  const jobId = await ada.mutation(api.jobs.save, boat);
  const id = await ada.mutation(api.applications.create, { jobId });
  const job = () => ada.query(api.jobs.get, { id: jobId });
  expect((await job()).status).toBe("saved");
  await ada.mutation(api.applications.move, { id, status: "submitted" });
  expect(await job()).toMatchObject({ status: "applied", appliedDate: expect.any(Number) });
  await ada.mutation(api.applications.addInterview, { id, at: 2000, note: "With the master" });
  await ada.mutation(api.applications.addInterview, { id, at: 1000 });
  expect(await job()).toMatchObject({
    status: "interviewing",
    applications: [{ interviewDates: [1000, 2000], interviewNotes: ["With the master"] }],
  });
  expect(await ada.query(api.applications.upcomingInterviews, { from: 1500 })).toEqual([
    { applicationId: id, jobId, at: 2000 },
  ]);
  await expect(ada.mutation(api.applications.move, { id, status: "accepted" })).rejects.toThrow(
    "The application is interviewing and cannot become accepted; from there: offered",
  );
  await ada.mutation(api.applications.move, { id, status: "offered" });
  expect(await ada.query(api.notifications.unreadCount, {})).toBe(1);
  await ada.mutation(api.applications.move, { id, status: "accepted" });
  const [application] = await ada.query(api.applications.list, { status: "accepted" });
  expect(application?.job).toMatchObject({ status: "accepted", company: "Wharf" });
});

it("one open application a job; after a withdrawal the job is saved again", async () => {
  const jobId = await ada.mutation(api.jobs.save, boat);
  const id = await apply(jobId);
  await expect(apply(jobId)).rejects.toThrow("You have applied for this job already");
  await ada.mutation(api.applications.move, { id, status: "withdrawn" });
  expect((await ada.query(api.jobs.get, { id: jobId })).status).toBe("saved");
  await apply(jobId);
  await ada.mutation(api.jobs.remove, { id: jobId });
  expect(await ada.query(api.applications.list, {})).toEqual([]);
});

it("follow-ups are due by their date, and can be called off", async () => {
  const ids = [];
  for (const title of ["One", "Two", "Three"]) {
    ids.push(await apply(await ada.mutation(api.jobs.save, { ...boat, title })));
  }
  const [one, two, three] = ids as [Id<"applications">, Id<"applications">, Id<"applications">];
  await ada.mutation(api.applications.setFollowUp, { id: one, at: 300 });
  await ada.mutation(api.applications.setFollowUp, { id: two, at: 100 });
  await ada.mutation(api.applications.setFollowUp, { id: three, at: 200 });
  await ada.mutation(api.applications.move, { id: three, status: "rejected" });
  const due = async (until: number) =>
    (await ada.query(api.applications.dueFollowUps, { until })).map(({ _id }) => _id);
  expect(await due(250)).toEqual([two]);
  expect(await due(300)).toEqual([two, one]);
  await ada.mutation(api.applications.setFollowUp, { id: two, at: null });
  expect(await due(300)).toEqual([one]);
});

it("a resume gets versions and a status, and is archived, not deleted", async () => {
  const story = await ada.mutation(api.stories.create, {
    ...{ title: "Launch", situation: "Late", task: "Ship", action: "Cut", result: "On time" },
    ...{ skills: ["Planning"], category: "leadership" },
  });
  const id = await ada.mutation(api.resumes.create, {
    ...{ title: "For the wharf", content: "v1", jobDescription: "Wood", starStoryIds: [story] },
  });
  expect(await ada.mutation(api.resumes.revise, { id, content: "v2", atsScore: 91 })).toBe(2);
  expect(await ada.query(api.resumes.best, {})).toMatchObject([{ atsScore: 91, version: 2 }]);
  await expect(
    ada.mutation(api.resumes.revise, { id, content: "v3", atsScore: 101 }),
  ).rejects.toThrow("The ATS score must be 0 to 100");
  await ada.mutation(api.stories.remove, { id: story });
  expect(await ada.query(api.resumes.list, {})).toMatchObject([{ starStoryIds: [] }]);
  await ada.mutation(api.resumes.setStatus, { id, status: "archived" });
  expect(await ada.query(api.resumes.list, {})).toEqual([]);
  expect(await ada.query(api.resumes.list, { status: "archived" })).toHaveLength(1);
  await expect(ada.mutation(api.resumes.setStatus, { id, status: "verified" })).rejects.toThrow(
    "The resume is archived and cannot become verified",
  );
});

it("jobs, stories and people are found by their words", async () => {
  await ada.mutation(api.jobs.save, boat);
  await ada.mutation(api.jobs.save, { ...boat, title: "Boat painter", company: "Yard" });
  const titles = async (args: { text: string; company?: string }) =>
    (await ada.query(api.jobs.search, args)).map(({ title }) => title).sort();
  expect(await titles({ text: "boat" })).toEqual(["Boat builder", "Boat painter"]);
  expect(await titles({ text: "boat", company: "Yard" })).toEqual(["Boat painter"]);
  await ben.mutation(api.users.signUp, { name: "Ben Lund", role: "coach" });
  expect(await ada.query(api.users.search, { text: "lund", role: "coach" })).toMatchObject([
    { name: "Ben Lund" },
  ]);
});
