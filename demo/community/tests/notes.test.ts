// Where cursors stand in notes, and when that is told.
import { makeFunctionReference } from "convex/server";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { api } from "../convex/_generated/api.js";
import { CursorReports, reportEveryMs } from "../src/cursor-reports.js";
import { startCommunity } from "./start.js";

const insert = makeFunctionReference<"mutation", { table: "cursors"; row: object }>(
  "careless:insert",
);

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

it("keeps one cursor of a person whose devices have each made one, and can remove it", async () => {
  const { ada, ben, device, communityId } = await startCommunity();
  const noteId = await ada.mutation(api.notes.create, { communityId, title: "Plan" });
  const place = (anchor: number) => ({ anchor, head: anchor });
  await ada.mutation(api.notes.setCursor, { noteId, at: place(1) });
  const [first] = await ben.query(api.notes.cursors, { noteId });
  const { _id, _creationTime, ...row } = first ?? expect.fail("there is no cursor");
  const twice = async () => {
    await ada.mutation(insert, { table: "cursors", row });
    expect(await ben.query(api.notes.cursors, { noteId })).toHaveLength(2);
  };
  await twice();
  await ada.mutation(api.notes.setCursor, { noteId, at: place(7) });
  expect(await ben.query(api.notes.cursors, { noteId })).toMatchObject([{ anchor: 7 }]);
  await twice();
  await ada.mutation(api.notes.setCursor, { noteId, at: null });
  expect(await device.run((ctx) => ctx.db.query("cursors").collect())).toEqual([]);
});

it("tells the last place a few times a second, and nothing without a connection", () => {
  const told: unknown[] = [];
  let isOnline = true;
  const reports = new CursorReports(
    async (at) => told.push(at),
    () => isOnline,
  );
  const report = (head: number) => reports.report({ anchor: head, head });
  report(1);
  report(2);
  vi.advanceTimersByTime(reportEveryMs);
  expect(told).toEqual([{ anchor: 2, head: 2 }]);
  isOnline = false;
  report(3);
  vi.advanceTimersByTime(reportEveryMs);
  report(4);
  vi.advanceTimersByTime(reportEveryMs);
  expect(told).toHaveLength(1);
  isOnline = true;
  reports.wake();
  vi.advanceTimersByTime(reportEveryMs);
  expect(told.slice(1)).toEqual([{ anchor: 4, head: 4 }]);
  reports.end();
  expect(told.slice(2)).toEqual([null]);
});
