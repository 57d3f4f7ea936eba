// The functions of the fixture application on the real core, through Node's client.
import { anyApi as api } from "convex/server";
import { ConvexError } from "convex/values";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SynclineError } from "../error.ts";
import type { SynclineNode } from "../node/node.ts";
import { openAs, until } from "../testing/fixture.ts";

const notes = api["notes"] as NonNullable<(typeof api)["notes"]>;
describe.each(["syncline", "convex"] as const)("with the layer of %s", (layer) => {
  let client: SynclineNode;
  let team: string;

  beforeAll(async () => {
    client = await openAs("ada", { layer });
    team = (await client.mutation(
      notes["found"] as never,
      {
        name: "One",
        email: "ada@example.org",
      } as never,
    ).applied) as string;
  });
  afterAll(() => client.close());

  const run = (name: string, args: object = {}): Promise<unknown> =>
    client.mutation(notes[name] as never, args as never).applied;
  const ask = (name: string, args: object = {}): Promise<unknown> =>
    client.query(notes[name] as never, args as never);

  async function errorOf(work: Promise<unknown>): Promise<SynclineError> {
    const error: unknown = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(SynclineError);
    return error as SynclineError;
  }

  describe("functions", () => {
    it("insert, patch, read and delete", async () => {
      const id = await run("add", { team, text: "one", rank: 1 });
      expect(await ask("get", { id })).toMatchObject({ _id: id, text: "one", rank: 1, team });
      await run("edit", { id, text: "two", done: true });
      expect(await ask("get", { id })).toMatchObject({ text: "two", done: true });
      await run("edit", { id });
      expect(await ask("get", { id })).not.toHaveProperty("done");
      await run("remove", { id });
      expect(await ask("get", { id })).toBeNull();
      expect(await ask("get", { id: team })).toBeNull();
      expect(await ask("get", { id: "nonsense" })).toBeNull();
    });

    it("see an index in order, in one page or many", async () => {
      const other = (await run("found", { name: "Two", email: "ada@example.org" })) as string;
      for (let rank = 99; rank >= 0; --rank) await run("add", { team: other, text: "n", rank });
      const ranks = async (args: object): Promise<number[]> =>
        ((await ask("list", { team: other, ...args })) as { rank: number }[]).map(
          ({ rank }) => rank,
        );
      const all = Array.from({ length: 100 }, (_, rank) => rank);
      expect(await ranks({})).toEqual(all);
      expect(await ranks({ limit: 33 })).toEqual(all.slice(0, 33));
      expect(await ranks({ limit: 0 })).toEqual([]);
      expect(await ask("first", { team: other })).toMatchObject({ rank: 0 });
    });

    it("call others", async () => {
      expect(await ask("nested")).toEqual(await ask("teams"));
    });

    it("are judged and sent as the person's when they were scheduled", async () => {
      await run("foundLater", { name: "Scheduled", email: "ada@example.org" });
      const names = async (): Promise<string[]> =>
        ((await ask("teams")) as { name: string }[]).map(({ name }) => name);
      while (!(await names()).includes("Scheduled")) await new Promise((r) => setTimeout(r, 5));
      await until("the report", () => client.pending().at(-1)?.args["name"] === "Scheduled");
      expect(client.pending().at(-1)?.path).toBe("notes:found");
    });

    it("see what they wrote while they walk", async () => {
      const other = (await run("found", { name: "Three", email: "ada@example.org" })) as string;
      await run("add", { team: other, text: "n", rank: 0 });
      expect(await run("double", { team: other, upTo: 5 })).toEqual([0, 1, 2, 3, 4]);
    });

    it("run side by side, each with its own syscalls", async () => {
      for (let each = 0; each < 50; ++each) {
        await run("found", { name: `side ${each}`, email: "ada@example.org" });
      }
      const file = (api["dir/file"] as unknown as { default: never }).default;
      const found = await Promise.all(
        Array.from({ length: 50 }, (_, each) =>
          client.query(file, { name: `side ${each}`, wait: (each * 7) % 13 } as never),
        ),
      );
      expect(found).toEqual(Array.from({ length: 50 }, (_, each) => [`side ${each}`]));
    });

    it("have a clock that stands, random numbers and the person's identity", async () => {
      const one = (await ask("clock")) as { random: number; id: string };
      const two = (await ask("clock")) as { random: number; id: string };
      expect(one).toMatchObject({ stands: true, isDate: true, max: 2 });
      expect(one.random).not.toBe(two.random);
      expect(one.id).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      expect(await ask("whoAmI")).toEqual({
        tokenIdentifier: "https://test|ada",
        issuer: "https://test",
        subject: "ada",
        email: "ada@example.org",
      });
    });

    it("cannot reach the next execution with work that they did not await", async () => {
      const other = (await run("found", { name: "Stray", email: "ada@example.org" })) as string;
      await Promise.all(
        Array.from({ length: 20 }, (_, each) =>
          each % 2 === 0
            ? run("careless", { team: other })
            : run("add", { team: other, text: "kept", rank: each }),
        ),
      );
      const texts = ((await ask("list", { team: other })) as { text: string }[]).map((n) => n.text);
      expect(texts).toEqual(Array.from({ length: 10 }, () => "kept"));
    });
  });

  describe("failures", () => {
    it("of a function carry its message, or a ConvexError's data", async () => {
      expect(await errorOf(ask("fails", { how: "error" }))).toMatchObject({
        code: "invalid",
        message: "no luck",
      });
      const thrown: unknown = await ask("fails", { how: "convex" }).catch(
        (error: unknown) => error,
      );
      expect(thrown).toBeInstanceOf(ConvexError);
      expect(thrown).toMatchObject({ data: { code: 7, why: "rules" } });
    });

    it("say what is not there in a function", async () => {
      expect((await errorOf(ask("fails", { how: "fetch" }))).message).toMatch(
        /^fetch is not available in a query/,
      );
      expect((await errorOf(ask("fails", { how: "timer" }))).message).toMatch(
        /^setTimeout is not available in a query/,
      );
    });

    it("leave nothing behind", async () => {
      const before = await ask("list", { team });
      await expect(run("failsToWrite", { team })).rejects.toMatchObject({
        data: "changed my mind",
      });
      expect(await ask("list", { team })).toEqual(before);
    });

    it("of arguments, results and documents name the place", async () => {
      expect((await errorOf(run("add", { team: 1 }))).message).toMatch(
        /^ArgumentValidationError: notes:add: .*`rank`/,
      );
      expect((await errorOf(ask("wrongResult"))).message).toMatch(
        /^ReturnsValidationError: notes:wrongResult: .*v.string/s,
      );
      const wrong = await errorOf(run("wrongDocument", { team }));
      expect(wrong.code).toBe("invalid");
      expect(wrong.message).toMatch(/notes[\s\S]*rank/);
    });

    it("of a rule name the rule", async () => {
      expect(await errorOf(run("add", { team, text: "x", rank: -1 }))).toMatchObject({
        code: "denied",
        message: "A rank is not negative",
        rule: "notes.insert: rank",
      });
    });

    it("do not tell an internal function from one that is not there", async () => {
      const hidden = await errorOf(run("hidden"));
      expect(hidden.code).toBe("not found");
      expect(hidden.message.replace("hidden", "missing")).toBe(
        (await errorOf(run("missing"))).message,
      );
      expect((await errorOf(run("list", { team }))).message).toMatch(
        /as mutation.*defined as query/,
      );
      expect((await errorOf(run("act"))).message).toMatch(/as mutation.*defined as action/);
    });
  });
});
