// The runner against a host that is played: when it starts what, and how often.
import { expect, it } from "vitest";
import { PlayedClock } from "../testing/alone.ts";
import { type JobHost, type JobResult, JobRunner, type PendingJob } from "./job-runner.ts";

function play(pending: PendingJob[] = []) {
  const clock = new PlayedClock(0);
  const begun: string[] = [];
  const ends = new Map<string, (result: JobResult) => void>();
  let sweeps = 0;
  const host: JobHost = {
    loadJobs: async () => pending,
    runJob: (id) => {
      begun.push(id);
      return new Promise((resolve) => ends.set(id, resolve));
    },
    sweepJobs: async () => void ++sweeps,
  };
  const runner = new JobRunner(host, clock);
  const end = async (id: string, result: JobResult = "done"): Promise<void> => {
    ends.get(id)?.(result);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, begun, end, runner, sweeps: () => sweeps };
}

it("starts jobs in the order in which they are due, whatever the order of their making", async () => {
  const { clock, begun, runner } = play([
    { id: "b", dueMs: 20 },
    { id: "past", dueMs: -5 },
  ]);
  await runner.start();
  runner.apply([
    { type: "scheduled", id: "c", dueMs: 30 },
    { type: "scheduled", id: "a", dueMs: 10 },
  ]);
  clock.turn(0);
  expect(begun).toEqual(["past"]);
  clock.turn(25);
  expect(begun).toEqual(["past", "a", "b"]);
  expect(runner.pendingCount).toBe(1);
  clock.turn(5);
  expect(begun).toEqual(["past", "a", "b", "c"]);
});

it("starts nothing while it loads, and once what is made meanwhile", async () => {
  const { clock, begun, runner } = play([{ id: "a", dueMs: 0 }]);
  const started = runner.start();
  runner.apply([{ type: "scheduled", id: "a", dueMs: 0 }]);
  clock.turn(0);
  expect(begun).toEqual([]);
  await started;
  clock.turn(0);
  expect(begun).toEqual(["a"]);
  expect(runner.pendingCount).toBe(0);
});

it("starts nothing that was canceled, and nothing when it has stopped", async () => {
  const { clock, begun, runner } = play();
  await runner.start();
  runner.apply([
    { type: "scheduled", id: "a", dueMs: 10 },
    { type: "scheduled", id: "b", dueMs: 20 },
    { type: "canceled", id: "a" },
  ]);
  clock.turn(10);
  runner.stop();
  clock.turn(10);
  expect(begun).toEqual([]);
});

it("runs a job again that could not be run, a while later", async () => {
  const { clock, begun, end, runner } = play([{ id: "a", dueMs: 0 }]);
  await runner.start();
  clock.turn(0);
  await end("a", "later");
  clock.turn(9_999);
  expect(begun).toEqual(["a"]);
  clock.turn(1);
  expect(begun).toEqual(["a", "a"]);
  await end("a");
  clock.turn(60_000);
  expect(begun).toEqual(["a", "a"]);
});

it("runs what waits for a connection when there is one, also one that came while it ran; the others meanwhile", async () => {
  const jobs = Array.from({ length: 66 }, (_, index) => ({ id: String(index), dueMs: 0 }));
  const { clock, begun, end, runner } = play(jobs);
  await runner.start();
  clock.turn(0);
  for (let index = 0; index < 64; ++index) await end(String(index), "offline");
  clock.turn(0);
  expect(begun).toHaveLength(66);
  runner.connected();
  await end("64", "offline");
  runner.apply([{ type: "canceled", id: "0" }]);
  clock.turn(0);
  expect(begun.slice(66)).toEqual(jobs.map(({ id }) => id).slice(1, 64));
  await end("65");
  clock.turn(0);
  expect(begun.at(-1)).toBe("64");
  await end("1", "offline");
  runner.apply([{ type: "canceled", id: "1" }]);
  runner.connected();
  clock.turn(0);
  expect(begun).toHaveLength(66 + 64);
});

it("runs so many at a time", async () => {
  const jobs = Array.from({ length: 70 }, (_, index) => ({ id: String(index), dueMs: 0 }));
  const { clock, begun, end, runner } = play(jobs);
  await runner.start();
  clock.turn(0);
  expect(begun).toHaveLength(64);
  await end("3");
  clock.turn(0);
  expect(begun).toHaveLength(65);
  expect(runner.runningCount).toBe(64);
});

it("sweeps when it starts and at most once a day", async () => {
  const { clock, end, runner, sweeps } = play([
    { id: "a", dueMs: 0 },
    { id: "b", dueMs: 24 * 3600 * 1000 },
  ]);
  await runner.start();
  expect(sweeps()).toBe(1);
  clock.turn(0);
  await end("a");
  expect(sweeps()).toBe(1);
  clock.turn(24 * 3600 * 1000);
  await end("b");
  expect(sweeps()).toBe(2);
});
