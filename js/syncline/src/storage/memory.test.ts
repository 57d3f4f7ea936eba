// MemoryStorage: the contract, and its bound.
import { expect, it } from "vitest";
import { MemoryStorage } from "./memory.ts";
import { openFlags } from "./storage.ts";
import { describeStorage } from "./storage-contract.ts";

describeStorage("memory storage", () => {
  let storage = new MemoryStorage();
  return {
    open: async () => storage,
    clear: async () => {
      storage = new MemoryStorage();
    },
  };
});

it("writes short when it is full", () => {
  const storage = new MemoryStorage({ bytesMax: 10 });
  const file = storage.open("data.db", openFlags.create);
  expect(storage.write(file, new Uint8Array(8), 0)).toBe(8);
  expect(storage.write(file, new Uint8Array(8), 8)).toBe(2);
  expect(storage.write(file, new Uint8Array(8), 0)).toBe(8);
  expect(storage.size(file)).toBe(10);
});
