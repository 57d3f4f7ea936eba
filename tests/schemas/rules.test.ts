// The systems' rules: the core takes them, every table has its place, and a few of the things that each
// system's document asks for hold on the device.
import type { GenericId, Value } from "convex/values";
import { expect, describe as group, it } from "vitest";
import type { Rules } from "../../js/syncline/src/rules/index.ts";
import { loadSystem, startSystem, systemNames } from "./systems.ts";

type Fields = Record<string, Value>;
type Id = GenericId<string>;

const time = 1_771_200_000_000;
const times = { createdAt: time, updatedAt: time };

/** One of the people who use the device, by turns; what they may do is judged as on their own. */
interface Person {
  /** In one mutation. */
  run<Result>(work: (db: UntypedDb) => Promise<Result>): Promise<Result>;
  insert(table: string, document: Fields): Promise<Id>;
  patch(id: Id, fields: Fields): Promise<void>;
  remove(id: Id): Promise<void>;
}

interface UntypedDb {
  insert(table: string, document: Fields): Promise<Id>;
  patch(id: Id, fields: Fields): Promise<void>;
  delete(id: Id): Promise<void>;
  get(id: Id): Promise<Fields | null>;
  query(table: string): { collect(): Promise<Fields[]> };
}

async function startAs(
  name: string,
  change: (rules: Rules) => Rules = (rules) => rules,
): Promise<(claims: { subject?: string; email: string }) => Person> {
  const system = await loadSystem(name);
  const device = startSystem(system, system.rules && change(system.rules));
  return (claims) => {
    const run: Person["run"] = (work) =>
      device
        .withIdentity(claims)
        .mutation(async ({ db }) => await work(db as unknown as UntypedDb));
    return {
      run,
      insert: (table, document) => run((db) => db.insert(table, document)),
      patch: (id, fields) => run((db) => db.patch(id, fields)),
      remove: (id) => run((db) => db.delete(id)),
    };
  };
}

group.each(systemNames)("%s", (name) => {
  it("every table is the tenants', theirs or the device's own, and can be read", async () => {
    const { rules, tables } = await loadSystem(name);
    expect(rules).not.toBeNull();
    if (!rules) return;
    const { root, fields, local = [] } = rules.tenancy;
    const shared = [root, ...Object.keys(fields)];
    expect([...shared, ...local].sort()).toEqual(tables.map((table) => table.tableName).sort());
    expect(shared.filter((table) => !rules.tables[table]?.read)).toEqual([]);
  });

  it("the core takes the rules", async () => {
    const as = await startAs(name);
    expect(await as({ email: "ada@example.org" }).run(async () => "begun")).toBe("begun");
  });
});

// People of the two systems whose members are Better Auth's users, by role; the owner founds.
async function startOrganization(
  name: "prox" | "medilink",
  roles: readonly string[],
  change?: (rules: Rules) => Rules,
) {
  const as = await startAs(name, change);
  const newPerson = async (role: string): Promise<{ id: Id; person: Person }> => {
    const email = `${role}@example.org`;
    const user = { email, emailVerified: true, name: role, ...times };
    const id = await as({ email }).insert("user", user);
    return { id, person: as({ subject: id, email }) };
  };
  const owner = await newPerson("owner");
  const organizationId = await owner.person.run(async (db) => {
    const organization = { name: "North", slug: "north", plan: "free", createdAt: time };
    const id = await db.insert("organizations", { ...organization, ownerId: owner.id });
    await db.insert("organizationMembers", {
      organizationId: id,
      userId: owner.id,
      role: "owner",
      joinedAt: time,
    });
    return id;
  });
  const people: Record<string, { id: Id; person: Person }> = { owner };
  for (const role of roles) {
    const one = await newPerson(role);
    const membership = { organizationId, userId: one.id, role, joinedAt: time };
    await owner.person.insert("organizationMembers", membership);
    people[role] = one;
  }
  const of = (role: string) => people[role] ?? owner;
  return { organizationId, of, newPerson };
}

it("prox: instructors teach, members take part, guests read, admins admit below them", async () => {
  const { organizationId, of, newPerson } = await startOrganization("prox", [
    "admin",
    "instructor",
    "member",
    "guest",
  ]);
  const course = (instructorId: Id): Fields => ({
    ...{ organizationId, instructorId, title: "Boats", slug: "boats", description: "Of wood" },
    ...{ requiredTier: "free", isPublished: false, ...times },
  });
  await expect(of("member").person.insert("courses", course(of("member").id))).rejects.toThrow(
    "Only instructors can do this.",
  );
  const own = await of("instructor").person.insert("courses", course(of("instructor").id));
  await of("instructor").person.patch(own, { isPublished: true });
  const owners = await of("owner").person.insert("courses", course(of("owner").id));
  await expect(of("instructor").person.patch(owners, { title: "Mine" })).rejects.toThrow(
    "Only its author, an owner or an admin can change this.",
  );

  const space = { organizationId, name: "Hall", slug: "hall", description: "", type: "general" };
  const spaceId = await of("instructor").person.insert("spaces", {
    ...{ ...space, isPublic: true, createdBy: of("instructor").id, createdAt: time },
  });
  const post = (authorId: Id): Fields => ({
    ...{ organizationId, spaceId, authorId, content: "Hello", isPinned: false },
    ...{ reactionCount: 0, commentCount: 0, ...times },
  });
  const postId = await of("instructor").person.insert("posts", post(of("instructor").id));
  await of("member").person.patch(postId, { reactionCount: 1 });
  await expect(of("member").person.patch(postId, { content: "Bye" })).rejects.toThrow(
    "Only its author can change this.",
  );
  await expect(of("member").person.insert("posts", post(of("owner").id))).rejects.toThrow(
    "You can only do this as yourself.",
  );
  await expect(of("guest").person.insert("posts", post(of("guest").id))).rejects.toThrow(
    "Guests can only read here.",
  );

  const { id: userId } = await newPerson("newcomer");
  const admit = (role: string) =>
    of("admin").person.insert("organizationMembers", {
      ...{ organizationId, userId, role, joinedAt: time },
    });
  await expect(admit("admin")).rejects.toThrow(
    "Only the owner can make somebody an owner or admin.",
  );
  await admit("instructor");
});

it("medilink: a request goes its way, step by step, by those who may take the step", async () => {
  const { organizationId, of } = await startOrganization("medilink", [
    "admin",
    "instructor",
    "member",
    "guest",
  ]);
  const { categoryId, equipmentId } = await of("admin").person.run(async (db) => {
    const category = { organizationId, name: "Imaging", createdAt: time };
    const categoryId = await db.insert("equipmentCategories", category);
    const scanner = { organizationId, categoryId, name: "Scanner", status: "operational" };
    return { categoryId, equipmentId: await db.insert("equipment", { ...scanner, ...times }) };
  });
  await expect(
    of("member").person.patch(equipmentId, { status: "out_of_service" }),
  ).rejects.toThrow("Only owners and admins can do this.");
  const request = (requestedBy: Id): Fields => ({
    ...{ organizationId, equipmentId, requestedBy, title: "Noise", description: "Loud" },
    ...{ priority: "high", status: "pending", ...times },
  });
  await expect(
    of("guest").person.insert("serviceRequests", request(of("guest").id)),
  ).rejects.toThrow("Visitors can only look.");
  const id = await of("member").person.insert("serviceRequests", request(of("member").id));
  await of("member").person.patch(id, { title: "Loud noise" });
  const step = (role: string, status: string) => of(role).person.patch(id, { status });
  await expect(step("member", "approved")).rejects.toThrow(
    'cannot go from "pending" to "approved"; from there it goes to "quoted" (as owner, admin or instructor)',
  );
  await expect(step("admin", "completed")).rejects.toThrow('from "pending" to "completed"');
  await step("instructor", "quoted");
  await expect(of("member").person.patch(id, { title: "Silence" })).rejects.toThrow(
    "only while it is pending",
  );
  await step("admin", "approved");
  await step("instructor", "in_progress");
  await step("instructor", "completed");
  await expect(step("owner", "cancelled")).rejects.toThrow('from "completed" to "cancelled"');

  const entry = { organizationId, action: "update", entityType: "equipment", entityId: categoryId };
  const logged = await of("member").person.insert("auditLog", {
    ...{ ...entry, userId: of("member").id, createdAt: time },
  });
  await expect(of("owner").person.patch(logged, { action: "nothing" })).rejects.toThrow(
    "Nobody may do this.",
  );
});

it("palx: people sign up themselves, and what they pay for is decided for them", async () => {
  const as = await startAs("palx");
  const ada = as({ email: "ada@example.org" });
  const user = { emailVerified: true, name: "Ada", tier: "free", ...times };
  await expect(ada.insert("user", { ...user, email: "ben@example.org" })).rejects.toThrow(
    "You can only sign up yourself.",
  );
  await expect(
    ada.insert("user", { ...user, email: "ada@example.org", tier: "paid" }),
  ).rejects.toThrow("Everybody begins with the free tier.");
  const userId = await ada.insert("user", { ...user, email: "ada@example.org" });
  await ada.patch(userId, { bio: "Builds boats" });
  await expect(ada.patch(userId, { tier: "paid" })).rejects.toThrow("are changed for you.");

  const conversation = { userId, title: "Plans", isArchived: false, ...times };
  await ada.insert("conversations", conversation);
  const ben = as({ email: "ben@example.org" });
  await ben.insert("user", { ...user, email: "ben@example.org" });
  await expect(ben.insert("conversations", conversation)).rejects.toThrow("somebody else's");
});

// Each step along the way, and that none can be left out or taken back.
async function walk(person: Person, id: Id, way: readonly string[]): Promise<void> {
  for (const [index, status] of way.entries()) {
    const beyond = way[index + 1];
    if (beyond) {
      await expect(person.patch(id, { status: beyond })).rejects.toThrow(
        `to "${beyond}"; from there`,
      );
    }
    await person.patch(id, { status });
  }
}

it("medilink: a request's quotes, ratings and history go with it, and a machine in use stays", async () => {
  const { organizationId, of } = await startOrganization("medilink", ["instructor", "member"]);
  const { person: owner, id: ownerId } = of("owner");
  const { categoryId, equipmentId } = await owner.run(async (db) => {
    const category = { organizationId, name: "Imaging", createdAt: time };
    const categoryId = await db.insert("equipmentCategories", category);
    const scanner = { organizationId, categoryId, name: "Scanner", status: "operational" };
    return { categoryId, equipmentId: await db.insert("equipment", { ...scanner, ...times }) };
  });
  const label = { organizationId, equipmentId, code: "S-1", generatedAt: time };
  await owner.insert("qrCodes", label);
  await expect(owner.insert("qrCodes", label)).rejects.toThrow("This code is on another label.");
  await expect(owner.remove(categoryId)).rejects.toThrow('refer to it by "categoryId"');

  const request = await owner.insert("serviceRequests", {
    ...{ organizationId, equipmentId, requestedBy: ownerId, title: "Noise", description: "Loud" },
    ...{ priority: "high", status: "pending", ...times },
  });
  const provider = await owner.insert("providers", {
    ...{ organizationId, name: "Quiet & Co", contactEmail: "q@example.org", specialty: "scanners" },
    ...{ status: "active", totalJobs: 0, createdAt: time },
  });
  const quote = {
    ...{ organizationId, serviceRequestId: request, providerId: provider, amount: 100 },
    ...{ estimatedDays: 1, description: "New bearings", status: "pending", createdAt: time },
  };
  await expect(
    of("instructor").person.insert("serviceQuotes", { ...quote, currency: "eur" }),
  ).rejects.toThrow("This is no code of a currency.");
  const quoted = await of("instructor").person.insert("serviceQuotes", {
    ...quote,
    currency: "EUR",
  });
  await owner.patch(quoted, { status: "approved" });
  await expect(owner.patch(quoted, { status: "rejected" })).rejects.toThrow(
    "A quote is decided on once.",
  );
  await owner.patch(request, { assignedProviderId: provider, approvedQuoteId: quoted });

  const stars = (userId: Id, rating: number): Fields => ({
    ...{ organizationId, serviceRequestId: request, userId, rating, createdAt: time },
  });
  const member = of("member");
  await expect(member.person.insert("serviceRatings", stars(member.id, 6))).rejects.toThrow(
    "A rating is 1 to 5.",
  );
  await member.person.insert("serviceRatings", stars(member.id, 5));
  await expect(member.person.insert("serviceRatings", stars(member.id, 4))).rejects.toThrow(
    "You have rated this request.",
  );

  await expect(owner.remove(equipmentId)).rejects.toThrow("There are requests for this equipment.");
  await expect(owner.remove(provider)).rejects.toThrow("serviceQuotes refer to it");
  await owner.remove(quoted);
  await owner.remove(provider);
  const left = await owner.run((db) => db.get(request));
  expect(left).not.toHaveProperty("assignedProviderId");
  expect(left).not.toHaveProperty("approvedQuoteId");
  // Nobody may delete a rating; it goes with its request.
  await owner.remove(request);
  expect(await owner.run((db) => db.query("serviceRatings").collect())).toEqual([]);
  await owner.remove(equipmentId);
  expect(await owner.run((db) => db.query("qrCodes").collect())).toEqual([]);
});

it("medilink and job-flow: a payment goes its way, whoever tells of it", async () => {
  const ways = {
    medilink: ["completed", "refunded"],
    "job-flow": ["processing", "succeeded", "refunded"],
  };
  // As a service peer writes it.
  const written = ({ tables, ...rules }: Rules): Rules => {
    const { payments } = tables;
    const anybody = payments?.read;
    return {
      ...rules,
      tables: { ...tables, payments: { ...payments, insert: anybody, update: anybody } as never },
    };
  };
  const seeker = (await startAs("job-flow", written))({ email: "ada@example.org" });
  const userId = await seeker.insert("users", jobSeeker);
  const payment = { userId, amount: 5, currency: "NOK", type: "session", ...times };
  await expect(seeker.insert("payments", { ...payment, status: "succeeded" })).rejects.toThrow(
    'it begins as "pending"',
  );
  await expect(
    seeker.insert("payments", { ...payment, currency: "XXX", status: "pending" }),
  ).rejects.toThrow("no code of a currency");
  const paid = await seeker.insert("payments", { ...payment, status: "pending" });
  await walk(seeker, paid, ways["job-flow"]);
  await expect(seeker.patch(paid, { status: "pending" })).rejects.toThrow("it goes nowhere");

  const { organizationId, of } = await startOrganization("medilink", [], written);
  const { id, person } = of("owner");
  const bill = { organizationId, userId: id, amount: 5, currency: "VND", createdAt: time };
  const sent = await person.insert("payments", { ...bill, status: "pending" });
  await walk(person, sent, ways.medilink);
});

it("job-flow: a task goes from the board to its end, and an application with its job", async () => {
  const ada = (await startAs("job-flow"))({ email: "ada@example.org" });
  const userId = await ada.insert("users", jobSeeker);
  const resumeId = await ada.insert("resumes", {
    ...{ userId, title: "Boats", jobDescription: "Build", content: "I do", starStoryIds: [] },
    ...{ atsScore: 50, confidenceScore: 50, status: "draft", version: 1, ...times },
  });
  await expect(ada.patch(resumeId, { atsScore: 101 })).rejects.toThrow("0 to 100");
  const task = await ada.insert("verificationTasks", {
    ...{ userId, resumeId, taskType: "resume_review_quick", urgency: "standard" },
    ...{ suggestedPrice: 20, status: "open", ...times },
  });
  await walk(ada, task, ["assigned", "in_progress", "review", "completed"]);
  await expect(ada.patch(task, { status: "open" })).rejects.toThrow("it goes nowhere");

  const jobId = await ada.insert("jobs", {
    ...{ userId, title: "Boat builder", company: "Wharf", location: "Kiel", description: "Wood" },
    ...{ status: "saved", source: "manual", salaryCurrency: "DKK", ...times },
  });
  await expect(ada.patch(jobId, { salaryCurrency: "Kroner" })).rejects.toThrow("no code");
  const application = await ada.insert("applications", {
    ...{ userId, jobId, resumeId, appliedDate: time, status: "pending", ...times },
  });
  await walk(ada, application, ["submitted", "offered", "accepted"]);
  await ada.remove(resumeId);
  expect(await ada.run((db) => db.get(application))).not.toHaveProperty("resumeId");
  await ada.remove(jobId);
  expect(await ada.run((db) => db.get(application))).toBeNull();
});

const jobSeeker = {
  ...{ email: "ada@example.org", name: "Ada", authId: "ada", emailVerified: true, ...times },
  privacySettings: { profileVisible: true, emailVisible: false, phoneVisible: false },
  notificationPreferences: { email: true, push: false, sms: false },
  ...{ twoFactorEnabled: false, role: "job_seeker" },
};

it("job-flow: an application goes its way, and nobody calls themselves an admin", async () => {
  const as = await startAs("job-flow");
  const ada = as({ email: "ada@example.org" });
  const user = {
    ...{ email: "ada@example.org", name: "Ada", authId: "ada", emailVerified: true, ...times },
    privacySettings: { profileVisible: true, emailVisible: false, phoneVisible: false },
    notificationPreferences: { email: true, push: false, sms: false },
    twoFactorEnabled: false,
  };
  await expect(ada.insert("users", { ...user, role: "admin" })).rejects.toThrow(
    "You can be a job seeker or a coach.",
  );
  const userId = await ada.insert("users", { ...user, role: "job_seeker" });
  await expect(ada.patch(userId, { role: "coach" })).rejects.toThrow("are changed for you.");

  const job = {
    ...{ userId, title: "Boat builder", company: "Wharf", location: "Kiel", description: "Wood" },
    ...{ status: "saved", source: "manual", ...times },
  };
  await expect(ada.insert("jobs", { ...job, priority: 7 })).rejects.toThrow("1 to 5");
  const jobId = await ada.insert("jobs", job);
  await ada.patch(jobId, { priority: 5 });
  const application = { userId, jobId, appliedDate: time, ...times };
  await expect(ada.insert("applications", { ...application, status: "accepted" })).rejects.toThrow(
    'it begins as "pending" or "submitted"',
  );
  const id = await ada.insert("applications", { ...application, status: "pending" });
  await expect(ada.patch(id, { status: "accepted" })).rejects.toThrow('"status" cannot go from');
  await ada.patch(id, { status: "submitted" });
  await ada.patch(id, { status: "withdrawn" });
  await expect(ada.patch(id, { status: "offered" })).rejects.toThrow('"status" cannot go from');
});

it("c1v: everybody plans, managers delete, and what was said stays", async () => {
  const as = await startAs("c1v");
  const ada = as({ subject: "user_ada", email: "ada@example.org" });
  const teamId = await ada.run(async (db) => {
    const id = await db.insert("teams", { name: "Harbour", ...times });
    await db.insert("teamMembers", { teamId: id, userId: "user_ada", role: "owner", ...times });
    return id;
  });
  await ada.insert("teamMembers", { teamId, userId: "user_ben", role: "member", ...times });
  const ben = as({ subject: "user_ben", email: "ben@example.org" });
  const projectId = await ben.insert("projects", {
    ...{ teamId, name: "Quay", vision: "Ships find a berth", status: "intake" },
    ...{ validationScore: 0, validationPassed: 0, validationFailed: 0 },
    ...{ createdBy: "user_ben", ...times },
  });
  const turn = { teamId, projectId, role: "user", content: "Who moors here?", ...times };
  const said = await ben.insert("conversations", turn);
  await ben.patch(said, { embedding: [1, 2] });
  await expect(ben.patch(said, { content: "Nobody" })).rejects.toThrow("cannot be changed");
  await expect(ben.remove(projectId)).rejects.toThrow("Only owners and admins can do this.");
  await expect(
    ben.insert("teamMembers", { teamId, userId: "user_eve", role: "member", ...times }),
  ).rejects.toThrow("Only owners and admins can do this.");
  await ada.remove(projectId);
});
