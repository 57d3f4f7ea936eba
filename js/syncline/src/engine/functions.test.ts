// What queries and mutations may do, through both layers: reads, misuse, pages, and functions that call
// functions.
import type { JSONValue } from "convex/values";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Alone, type FunctionError, openAlone } from "../testing/alone.ts";

describe.each(["syncline", "convex"] as const)("with the layer of %s", (layer) => {
  let alone: Alone;
  beforeAll(async () => {
    alone = await openAlone({ layer });
  });
  afterAll(() => alone.close());

  const failureOf = async (work: Promise<JSONValue>): Promise<FunctionError["failure"]> => {
    const error = await work.then(
      (value) => {
        throw new Error(`did not fail but gave ${JSON.stringify(value)}`);
      },
      (thrown: FunctionError) => thrown,
    );
    if (!error.failure) throw error;
    return error.failure;
  };

  it("functions that never end do not keep others from running", async () => {
    const own = await openAlone({ layer, functionTimeoutMs: 10_000 });
    const hanging = Array.from({ length: 8 }, () => failureOf(own.query("reads:hangs")));
    const waiting = own.query("nested:list", { group: "x" });
    // Instances are taken in turns of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    own.clock.turn(10_000);
    for (const failure of await Promise.all(hanging)) {
      expect(failure.message).toMatch(/reads:hangs did not end within 10 s/);
    }
    expect(await waiting).toEqual([]);
    await own.close();
  });

  describe("the database", () => {
    it("has every form of every operation", async () => {
      expect(await alone.mutation("reads:forms")).toEqual({
        patched: [
          { b: { c: [null, true] }, big: { $integer: "BQAAAAAAAAA=" }, bytes: { $bytes: "AQI=" } },
          { a: 2, minus: 1, more: "x", none: { $float: "AAAAAAAA+H8=" } },
        ],
        replaced: [{ a: 4 }, { a: 3 }],
        counts: [2, 2],
        rest: [],
        normal: [true, null],
        system: [],
      });
    });

    it("has the timestamp of the commit, which the modules' own package knows", async () => {
      expect(await alone.mutation("reads:stamped")).toEqual({
        size: 9,
        same: true,
        at: { $integer: expect.any(String) },
      });
    });

    it.each([
      ["chained", "has been chained with another operator and can't be reused"],
      ["chainedTwice", "A query can only be chained once"],
      ["orderedTwice", "Queries may only specify order at most once"],
      ["iteratedTwice", "Iteration can only begin on a query once."],
      ["returned", "Return value is a Query. Results must be retrieved with `.collect()`"],
      ["filtered", "Return value is a Query."],
      ["noTable", ""],
      ["noValue", "Must provide arg 2 `value` to `insert`"],
      ["noId", "Must provide arg 1 `id` to `get`"],
      ["oddId", "Invalid argument `id` for `db.get`, expected string but got 'number': 5"],
      ["noPatch", "Must provide arg 2 `value` to `patch`"],
      ["negative", "Arg 1 `n` to `take` must be a non-negative integer"],
      ["noCount", "Must provide arg 1 `n` to `take`"],
      ["noPage", "Must provide arg 1 `options` to `paginate`"],
      ["oddPage", "`options.numItems` must be a positive number. Received `x`."],
      ["system", "System tables can only be accessed from db.system.query()."],
      ["user", "User tables can only be accessed from db.query()."],
      ["systemInsert", "System tables (prefixed with `_`) are read-only."],
      ["notUnique", "unique() query returned more than one result from table items"],
      ["noIndex", "by_what"],
      ["wrongBound", "by_group"],
      ["usedBuilder", "IndexRangeBuilder has already been used!"],
      ["wrongTable", "anything"],
      ["undefinedValue", "undefined is not a valid Convex value (present at path .list[0]"],
      ["classInstance", "is not a supported Convex type (present at path .when"],
      ["missing", ""],
    ])("says what is wrong: %s", async (how, message) => {
      const failure = await failureOf(alone.mutation("reads:misuse", { how }));
      expect(failure.error.message).toContain(message);
      expect(await alone.query("nested:list", { group: "misuse" })).toEqual([]);
    });
  });

  describe("pages", () => {
    const page = async (group: string, paginationOpts: object) =>
      (await alone.query("reads:page", { group, paginationOpts })) as {
        page: { n: number }[];
        isDone: boolean;
        continueCursor: string;
      };

    it("follow one another without gaps, and end", async () => {
      const ns = [1, 2, 3, 4, 5];
      await alone.mutation("nested:putAll", { group: "pages", ns, isParallel: false });
      const seen: number[] = [];
      let cursor: string | null = null;
      for (let isDone = false; !isDone; ) {
        const next = await page("pages", { numItems: 2, cursor });
        seen.push(...next.page.map(({ n }) => n));
        ({ isDone, continueCursor: cursor } = next);
      }
      expect(seen).toEqual(ns);
    });

    it("are one for a function, as in Convex", async () => {
      const { error } = await failureOf(alone.query("reads:twoPages"));
      expect(error.message).toContain("ran multiple paginated queries");
    });

    it("show a mutation what it wrote itself", async () => {
      expect(await alone.mutation("reads:pageWhileWriting", { group: "own" })).toEqual([1, 2]);
    });

    it("end where they ended, when their query runs again", async () => {
      const group = "journal";
      await alone.mutation("nested:putAll", { group, ns: [10, 20, 30], isParallel: false });
      const args = { group, paginationOpts: { numItems: 2, cursor: null } };
      const run = (journal: string | null) =>
        alone.engine.lock.read(() => alone.engine.runLive("reads:page", args, journal));
      const first = await run(null);
      expect(first.journal).not.toBeNull();
      await alone.mutation("nested:passOn", { group, n: 11 });
      const numbers = ({ outcome }: typeof first): number[] =>
        outcome.ok ? JSON.parse(outcome.value).page.map(({ n }: { n: number }) => n) : [];
      expect(numbers(first)).toEqual([10, 20]);
      expect(numbers(await run(first.journal))).toEqual([10, 11, 20]);
      expect(numbers(await run(null))).toEqual([10, 11]);
    });
  });

  describe("functions that call functions", () => {
    it("roll back alone when they throw, and their caller catches what they threw", async () => {
      const args = { group: "catch", ns: [1, 13, 2, 14, 15, 3], isParallel: false };
      const result = (await alone.mutation("nested:putAll", args)) as {
        caught: { message: string }[];
      };
      expect(result).toMatchObject({ seen: [1, 2, 3] });
      expect(result.caught).toMatchObject([
        { convex: 13 },
        { message: "fourteen is too many" },
        { message: expect.stringContaining(".n") },
      ]);
      expect(await alone.query("nested:list", { group: "catch" })).toEqual([1, 2, 3]);
    });

    it("do so side by side, and leave alone what their caller writes meanwhile", async () => {
      const ns = [13, 1, 14, 2, 13, 3, 13];
      const result = await alone.mutation("nested:putAll", {
        group: "parallel",
        ns,
        isParallel: true,
      });
      const meanwhile = Array.from({ length: 30 }, (_, turn) => 1000 + turn);
      expect(result).toMatchObject({ seen: [1, 2, 3, ...meanwhile] });
      expect((result as { caught: unknown[] }).caught).toHaveLength(4);
    });

    it("do not share their caller's modules", async () => {
      const args = { group: "apart", ns: [1, 2], isParallel: false };
      // The called function counts in an instance of its own.
      expect(await alone.mutation("nested:putAll", args)).toMatchObject({ calls: 0 });
    });

    it("take everything with them if nobody catches", async () => {
      const thrown = await failureOf(alone.mutation("nested:passOn", { group: "all", n: 13 }));
      expect(thrown).toMatchObject({ isConvexError: true, data: { unlucky: 13 } });
      const plain = await failureOf(alone.mutation("nested:passOn", { group: "all", n: 14 }));
      expect(plain).toMatchObject({ message: "Uncaught Error: fourteen is too many" });
      const refused = await failureOf(alone.mutation("nested:passOn", { group: "all", n: 15 }));
      expect(refused.error).toMatchObject({ code: "invalid" });
      expect(await alone.query("nested:list", { group: "all" })).toEqual([]);
    });

    it("have their arguments and results validated", async () => {
      const { error } = await failureOf(alone.mutation("nested:wrongArgs"));
      expect(error.message).toMatch(/^ArgumentValidationError: nested:put: /);
    });

    it("are seen by walks that their caller has begun", async () => {
      await alone.mutation("nested:passOn", { group: "walk", n: 1 });
      expect(await alone.mutation("nested:walk", { group: "walk" })).toEqual([1, 2, 3, 4, 5]);
    });

    it("go eight deep", async () => {
      expect(await alone.mutation("nested:deep", { group: "deep", depth: 8 })).toBe(8);
      const { error } = await failureOf(
        alone.mutation("nested:deep", { group: "deeper", depth: 9 }),
      );
      expect(error.message).toContain("more than 8 deep");
      expect(await alone.query("nested:list", { group: "deeper" })).toEqual([]);
    });

    it("end before their caller does, though it does not wait", async () => {
      await alone.mutation("nested:forgets", { group: "forgets" });
      expect(await alone.query("nested:list", { group: "forgets" })).toEqual([1]);
    });

    it("keep to the limits of their call", async () => {
      const limited = (documentsWritten: number) =>
        alone.mutation("nested:limited", { group: "limited", documentsWritten });
      expect(await limited(3)).toBe(2);
      expect((await failureOf(limited(2))).error.message).toContain("documentsWritten (limit: 2)");
    });

    it("do not let a query write", async () => {
      expect(await alone.query("nested:writesInQuery").catch(() => null)).toBeNull();
    });

    it("count in their transaction's metrics", async () => {
      expect(await alone.mutation("nested:metrics", { group: "metrics" })).toMatchObject({
        documentsWritten: { used: 2 },
        functionsScheduled: { used: 1, remaining: 999 },
        scheduledFunctionArgsBytes: { used: 25 },
      });
    });

    it("are internal to the application", async () => {
      const hidden = await failureOf(alone.mutation("nested:put", { group: "x", n: 1 }));
      const missing = await failureOf(alone.mutation("nested:missing", { group: "x", n: 1 }));
      expect(hidden.message.replace("put", "missing")).toBe(missing.message);
    });

    it("can be passed on as handles", async () => {
      const handle = (await alone.mutation("nested:handles", { group: "handle" })) as string;
      expect(handle).toMatch(/^function:\/\//);
      expect(await alone.query("nested:list", { group: "handle" })).toEqual([1]);
    });
  });

  describe("components", () => {
    it("have tables of their own, and know nobody", async () => {
      const result = await alone.mutation("nested:tally", { name: layer, by: 2 });
      expect(result).toMatchObject({
        count: {
          count: 2,
          all: 1,
          identity: null,
          where: { name: "counts:get", componentPath: "tally" },
        },
        byId: 2,
        other: { count: 0, all: 0 },
        ownId: null,
      });
      expect((result as { count: { normal: string | null } }).count.normal).not.toBeNull();
      expect(await alone.query("nested:list", { group: "called back" })).toContain(2);
    });

    it("roll back with their caller", async () => {
      const before = await alone.query("nested:list", { group: "roll" });
      await alone.mutation("nested:tally", { name: "roll", by: 60 });
      const { error } = await failureOf(alone.mutation("nested:tally", { name: "roll", by: 60 }));
      expect(error.message).toBe("more than a hundred");
      expect(before).toEqual([]);
      expect(await alone.query("nested:list", { group: "roll" })).toEqual([60]);
    });

    it("refuse ids of the application's tables, and theirs cannot be reached by name", async () => {
      const { error } = await failureOf(alone.mutation("nested:tallyWrong"));
      expect(error.message).toMatch(/^ArgumentValidationError: counts:byId/);
      expect((await failureOf(alone.query("nested:reachesIn"))).error.message).toContain(
        'no table "tally/items"',
      );
    });

    it("schedule and hand out functions of their own", async () => {
      const handle = await alone.mutation("nested:tallyLater", { name: "later" });
      await alone.finishJobs();
      expect(await alone.query("nested:ask", { handle, name: "later" })).toMatchObject({
        count: 1000,
      });
    });
  });
});
