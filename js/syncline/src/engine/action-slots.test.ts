// How many actions run at a time, and what becomes of those that wait.
import { expect, it } from "vitest";
import { ActionSlots, actionLimits } from "./action-slots.ts";

it("lets so many run, the others wait in line", async () => {
  const slots = new ActionSlots();
  const ends: (() => void)[] = [];
  const begun: number[] = [];
  const runs = Array.from({ length: actionLimits.running + 2 }, (_, index) =>
    slots.run(() => {
      begun.push(index);
      return new Promise<void>((end) => ends.push(end));
    }),
  );
  expect(begun).toHaveLength(actionLimits.running);
  ends[5]?.();
  await runs[5];
  await Promise.resolve();
  expect(begun.slice(actionLimits.running)).toEqual([actionLimits.running]);
  for (let end = ends.shift(); end; end = ends.shift()) {
    end();
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(runs);
  expect(begun).toHaveLength(runs.length);
});

it("gives a place back when an action throws", async () => {
  const slots = new ActionSlots();
  for (let each = 0; each <= actionLimits.running; ++each) {
    await expect(slots.run(() => Promise.reject(new Error("oh")))).rejects.toThrow("oh");
  }
  expect(await slots.run(async () => "still here")).toBe("still here");
});

it("closing gives up those that run and those that wait", async () => {
  const slots = new ActionSlots();
  const runs = Array.from({ length: actionLimits.running + 1 }, () =>
    slots.run(() => new Promise<never>(() => {})),
  );
  slots.close();
  for (const run of runs) await expect(run).rejects.toMatchObject({ code: "unavailable" });
  await expect(slots.run(async () => 1)).rejects.toMatchObject({ code: "unavailable" });
});
