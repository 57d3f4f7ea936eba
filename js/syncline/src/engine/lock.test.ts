import { expect, it } from "vitest";
import { ReadWriteLock } from "./lock.ts";

function gate(): { passed: Promise<void>; open(): void } {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}

it("lets readers run side by side and a writer alone, in the order of arrival", async () => {
  const lock = new ReadWriteLock();
  const log: string[] = [];
  const gates = [gate(), gate(), gate(), gate()];
  const work = (name: string, index: number) => async () => {
    log.push(`${name} begins`);
    await gates[index]?.passed;
    log.push(`${name} ends`);
  };
  const all = [
    lock.read(work("read 1", 0)),
    lock.read(work("read 2", 1)),
    lock.write(work("write", 2)),
    lock.read(work("read 3", 3)),
  ];
  await Promise.resolve();
  expect(log).toEqual(["read 1 begins", "read 2 begins"]);
  gates[1]?.open();
  gates[0]?.open();
  await all[0];
  await all[1];
  gates[3]?.open();
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(log.slice(2)).toEqual(["read 2 ends", "read 1 ends", "write begins"]);
  gates[2]?.open();
  await Promise.all(all);
  expect(log.slice(5)).toEqual(["write ends", "read 3 begins", "read 3 ends"]);
});

it("goes on after work that throws", async () => {
  const lock = new ReadWriteLock();
  await expect(lock.write(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await lock.read(() => 1)).toBe(1);
});

it("never runs a writer beside anyone, for many random arrivals", async () => {
  const lock = new ReadWriteLock();
  let readers = 0;
  let writers = 0;
  const work = async (isWriter: boolean): Promise<void> => {
    if (isWriter) ++writers;
    else ++readers;
    expect(writers === 0 || (writers === 1 && readers === 0)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 2));
    if (isWriter) --writers;
    else --readers;
  };
  const all = Array.from({ length: 300 }, (_, index) =>
    index % 3 === 0 ? lock.write(() => work(true)) : lock.read(() => work(false)),
  );
  await Promise.all(all);
});
