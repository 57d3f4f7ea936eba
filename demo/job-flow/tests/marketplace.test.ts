// The marketplace of Job Flow: coaches, tasks with bids, sessions with reviews, messages and payments. Its
// steps write rows of two people, so these tests have no rules: one device, or Convex itself.
import { convexTest } from "syncline/testing";
import { beforeEach, expect, it } from "vitest";
import { api, internal } from "../convex/_generated/api.js";
import type { Id } from "../convex/_generated/dataModel.js";
import schema from "../convex/schema.js";

const modules = import.meta.glob("../convex/**/*.*s");
const hour = 3_600_000;

function start() {
  const device = convexTest(schema, modules);
  const as = (name: string) =>
    device.withIdentity({ subject: name, email: `${name}@example.org`, emailVerified: true });
  return { device, ada: as("ada"), ben: as("ben"), cleo: as("cleo") };
}

type Person = ReturnType<typeof start>["ada"];

let { device, ada, ben, cleo } = start();
let coach: Id<"coaches">;

async function newCoach(person: Person, name: string): Promise<Id<"coaches">> {
  await person.mutation(api.users.signUp, { name, role: "coach" });
  const experience = "Twenty years of hiring boat builders";
  const id = await person.mutation(api.coaches.apply, { experience, hourlyRate: 60 });
  await device.mutation(internal.coaches.decide, { id, status: "approved" });
  return id;
}

beforeEach(async () => {
  ({ device, ada, ben, cleo } = start());
  await ada.mutation(api.users.signUp, { name: "Ada", role: "job_seeker" });
  coach = await newCoach(ben, "Ben");
});

async function newTask(description = "Read my resume"): Promise<Id<"verificationTasks">> {
  const resume = { title: "For the wharf", content: "v1", jobDescription: "Wood" };
  const resumeId = await ada.mutation(api.resumes.create, resume);
  const kind = { taskType: "resume_review_full", urgency: "standard" } as const;
  return await ada.mutation(api.tasks.create, {
    ...{ ...kind, resumeId, suggestedPrice: 50, description },
  });
}

it("coaches wait for the platform's word, and are found afterwards", async () => {
  await cleo.mutation(api.users.signUp, { name: "Cleo", role: "coach" });
  const experience = "Sails and hiring";
  const id = await cleo.mutation(api.coaches.apply, { experience, hourlyRate: 80 });
  await expect(cleo.query(api.tasks.board, {})).rejects.toThrow("Only approved coaches can");
  const found = async (): Promise<Id<"coaches">[]> =>
    (await ada.query(api.coaches.search, { text: "hiring" })).map(({ _id }) => _id).sort();
  expect(await found()).toEqual([coach]);
  await device.mutation(internal.coaches.decide, { id, status: "approved" });
  expect(await found()).toEqual([coach, id].sort());
  expect(await cleo.query(api.notifications.unreadCount, {})).toBe(1);
  await expect(ada.mutation(api.coaches.apply, { experience, hourlyRate: 1 })).rejects.toThrow(
    "Only those who signed up as a coach can",
  );
});

it("a task goes from the board through bids to a verified resume and its payment", async () => {
  await newCoach(cleo, "Cleo");
  const id = await newTask();
  expect(await ada.query(api.resumes.list, {})).toMatchObject([{ status: "pending_verification" }]);
  expect(await ben.query(api.tasks.board, { urgency: "urgent" })).toEqual([]);
  expect(await ben.query(api.tasks.board, {})).toMatchObject([{ _id: id, status: "open" }]);
  await ben.mutation(api.tasks.bid, { id, price: 60, estimatedTime: 2 });
  await ben.mutation(api.tasks.bid, { id, price: 45, estimatedTime: 2 });
  await cleo.mutation(api.tasks.bid, { id, price: 40, estimatedTime: 5 });
  const bids = await ada.query(api.tasks.bids, { id });
  expect(bids.map(({ price }) => price)).toEqual([40, 45]);
  await expect(
    ben.mutation(api.tasks.accept, { bidId: bids[1]?._id as Id<"bids"> }),
  ).rejects.toThrow("There is no such row");

  await ada.mutation(api.tasks.accept, { bidId: bids[1]?._id as Id<"bids"> });
  const statuses = (await ada.query(api.tasks.bids, { id })).map(({ status }) => status);
  expect(statuses).toEqual(["rejected", "accepted"]);
  expect(await ben.query(api.tasks.assigned, {})).toMatchObject([{ _id: id, finalPrice: 45 }]);
  await expect(cleo.mutation(api.tasks.work, { id, step: "begin" })).rejects.toThrow(
    "not your task",
  );
  await expect(ben.mutation(api.tasks.work, { id, step: "deliver" })).rejects.toThrow(
    "The task is assigned and cannot become review",
  );
  await ben.mutation(api.tasks.work, { id, step: "begin" });
  await ben.mutation(api.tasks.work, { id, step: "deliver", files: ["resume.pdf"] });
  await ada.mutation(api.tasks.complete, { id, feedback: "Thank you" });
  expect(await ada.query(api.resumes.list, {})).toMatchObject([{ status: "verified" }]);

  const intent = { stripePaymentIntentId: "pi_1" };
  await device.mutation(internal.payments.begin, { taskId: id, ...intent });
  for (const status of ["processing", "succeeded", "succeeded"] as const) {
    await device.mutation(internal.payments.report, { ...intent, status });
  }
  expect(await ada.query(api.payments.mine, { status: "succeeded" })).toMatchObject([
    { amount: 45, platformFee: 6.75, coachPayout: 38.25, coachId: coach },
  ]);
  await expect(
    device.mutation(internal.payments.report, { ...intent, status: "failed" }),
  ).rejects.toThrow("The payment is succeeded and cannot become failed");
  const activity = await ada.query(api.users.activity, {});
  expect(activity.map(({ action }) => action)).toEqual([
    "payment_succeeded",
    "payment_processing",
    "task_completed",
    "bid_accepted",
  ]);
});

it("tasks are found on the board by their words; one that is called off takes no bids", async () => {
  const id = await newTask("A cover letter for a shipyard");
  expect(await ben.query(api.tasks.board, { text: "shipyard" })).toHaveLength(1);
  expect(await ben.query(api.tasks.board, { text: "bakery" })).toEqual([]);
  await ben.mutation(api.tasks.bid, { id, price: 10, estimatedTime: 1 });
  await ada.mutation(api.tasks.cancel, { id });
  expect(await ada.query(api.tasks.bids, { id })).toMatchObject([{ status: "rejected" }]);
  expect(await ada.query(api.resumes.list, {})).toMatchObject([{ status: "draft" }]);
  await expect(ben.mutation(api.tasks.bid, { id, price: 9, estimatedTime: 1 })).rejects.toThrow(
    "This task takes no bids",
  );
});

it("a coach has one session at a time, and a rating of those that were held", async () => {
  const book = (start: number, duration = 60) =>
    ada.mutation(api.sessions.book, { coachId: coach, scheduledTime: start * hour, duration });
  const first = await book(10);
  await expect(book(10.5)).rejects.toThrow("The coach has another session then");
  await expect(book(9.5)).rejects.toThrow("The coach has another session then");
  const second = await book(11, 30);
  expect(await ada.query(api.sessions.mine, {})).toMatchObject([{ price: 60 }, { price: 30 }]);
  await expect(ada.mutation(api.sessions.review, { id: first, rating: 5 })).rejects.toThrow(
    "Review it when it is over",
  );
  for (const [id, rating] of [
    [first, 5],
    [second, 4],
  ] as const) {
    await ada.mutation(api.sessions.move, { id, status: "completed" });
    await ada.mutation(api.sessions.review, { id, rating });
  }
  await expect(ada.mutation(api.sessions.review, { id: first, rating: 1 })).rejects.toThrow(
    "You have reviewed it already",
  );
  expect(await ada.query(api.coaches.best, {})).toMatchObject([{ rating: 4.5, reviewCount: 2 }]);
  const reviews = await ada.query(api.sessions.reviews, { coachId: coach });
  expect(reviews.map(({ rating }) => rating)).toEqual([5, 4]);
  expect(await ben.query(api.sessions.coaching, { status: "completed" })).toHaveLength(2);
});

it("two people write to each other, and see what they have not read", async () => {
  const idOf = async (person: Person) => (await person.query(api.users.me, {}))?._id as Id<"users">;
  const [adaId, benId] = [await idOf(ada), await idOf(ben)];
  await ada.mutation(api.messages.send, { to: benId, content: "Hello" });
  await ben.mutation(api.messages.send, { to: adaId, content: "Hello yourself" });
  await ada.mutation(api.messages.send, { to: benId, content: "When?" });
  const contents = async (limit: number) =>
    (await ben.query(api.messages.conversation, { withUser: adaId, limit })).map((m) => m.content);
  expect(await contents(9)).toEqual(["Hello", "Hello yourself", "When?"]);
  expect(await contents(2)).toEqual(["Hello yourself", "When?"]);
  expect(await ben.query(api.messages.unread, {})).toHaveLength(2);
  expect(await ben.mutation(api.messages.markRead, { from: adaId })).toBe(2);
  expect(await ben.query(api.messages.unread, {})).toEqual([]);
});
