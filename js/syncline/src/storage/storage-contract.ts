// The contract of a Storage as tests: every implementation passes the same ones.
import { afterEach, describe, expect, it } from "vitest";
import { openFlags, type Storage, storageStatus } from "./storage.ts";

export interface StorageFactory {
  // The storage of database "data" at the same place each time: what is left there is found again.
  open(): Promise<Storage>;
  // Clears the place.
  clear(): Promise<void>;
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function readText(storage: Storage, file: number, offset: number, length: number): string {
  const target = new Uint8Array(length);
  const count = storage.read(file, target, offset);
  return new TextDecoder().decode(target.subarray(0, count));
}

export function describeStorage(title: string, makeFactory: () => StorageFactory): void {
  describe(title, () => {
    const factory = makeFactory();
    const opened: Storage[] = [];
    const open = async (): Promise<Storage> => {
      const storage = await factory.open();
      opened.push(storage);
      return storage;
    };
    afterEach(async () => {
      for (const storage of opened.splice(0)) await storage.release();
      await factory.clear();
    });

    it("writes, reads back, and ends at the end of the file", async () => {
      const storage = await open();
      const file = storage.open("data.db", openFlags.create);
      expect(file).toBeGreaterThanOrEqual(0);
      expect(storage.write(file, text("hello world"), 0)).toBe(11);
      expect(storage.write(file, text("W"), 6)).toBe(1);
      expect(readText(storage, file, 0, 11)).toBe("hello World");
      expect(readText(storage, file, 6, 100)).toBe("World");
      expect(readText(storage, file, 11, 4)).toBe("");
      expect(storage.size(file)).toBe(11);
    });

    it("fills a gap before a write with zeros", async () => {
      const storage = await open();
      const file = storage.open("data.db", openFlags.create);
      storage.write(file, text("x"), 5000);
      expect(storage.size(file)).toBe(5001);
      const target = new Uint8Array(5001).fill(7);
      expect(storage.read(file, target, 0)).toBe(5001);
      expect(target.subarray(0, 5000).every((byte) => byte === 0)).toBe(true);
    });

    it("truncates and grows again with zeros", async () => {
      const storage = await open();
      const file = storage.open("data.db", openFlags.create);
      storage.write(file, text("abcdef"), 0);
      storage.truncate(file, 3);
      expect(storage.size(file)).toBe(3);
      storage.write(file, text("z"), 5);
      expect(readText(storage, file, 0, 6)).toBe("abc\0\0z");
    });

    it("does not find what was never made, and knows what exists", async () => {
      const storage = await open();
      expect(storage.open("data.db", 0)).toBe(storageStatus.notFound);
      expect(storage.exists("data.db")).toBe(false);
      expect(storage.remove("data.db-wal")).toBe(false);
      const file = storage.open("data.db", openFlags.create);
      storage.write(file, text("a"), 0);
      expect(storage.exists("data.db")).toBe(true);
      storage.close(file);
      expect(storage.remove("data.db")).toBe(true);
      expect(storage.exists("data.db")).toBe(false);
    });

    it("opens a file once at a time", async () => {
      const storage = await open();
      const file = storage.open("data.db", openFlags.create);
      expect(storage.open("data.db", openFlags.create)).toBe(storageStatus.busy);
      storage.close(file);
      expect(storage.open("data.db", openFlags.create)).toBeGreaterThanOrEqual(0);
    });

    it("keeps files over a release", async () => {
      const first = await open();
      const file = first.open("data.db", openFlags.create);
      first.write(file, text("kept"), 0);
      first.flush(file);
      await first.release();
      const second = await open();
      const again = second.open("data.db", 0);
      expect(again).toBeGreaterThanOrEqual(0);
      expect(readText(second, again, 0, 4)).toBe("kept");
    });

    it("sets a database aside, and keeps the last two", async () => {
      const storage = await open();
      const names: string[] = [];
      for (let round = 0; round < 3; ++round) {
        const file = storage.open("data.db", openFlags.create);
        storage.write(file, text(`round ${round}`), 0);
        storage.close(file);
        names.push(await storage.setAside("data"));
        expect(storage.exists("data.db")).toBe(false);
      }
      expect(names).toEqual(["data.corrupt-1", "data.corrupt-2", "data.corrupt-3"]);
      expect(storage.open("data.corrupt-1.db", 0)).toBe(storageStatus.notFound);
      const rescued = storage.open("data.corrupt-3.db", 0);
      expect(readText(storage, rescued, 0, 100)).toBe("round 2");
      expect(storage.exists("data.corrupt-2.db")).toBe(true);
    });

    it("neither moves nor removes a database that is open", async () => {
      const storage = await open();
      const file = storage.open("data.db", openFlags.create);
      storage.write(file, text("a"), 0);
      await expect(storage.setAside("data")).rejects.toMatchObject({ code: "conflict" });
      await expect(storage.destroy("data")).rejects.toMatchObject({ code: "conflict" });
      expect(readText(storage, file, 0, 1)).toBe("a");
    });

    it("destroys a database, and can begin it anew", async () => {
      const storage = await open();
      const file = storage.open("data.db", openFlags.create);
      storage.write(file, text("a"), 0);
      storage.close(file);
      await storage.destroy("data");
      expect(storage.exists("data.db")).toBe(false);
      const again = storage.open("data.db", openFlags.create);
      expect(again).toBeGreaterThanOrEqual(0);
      expect(storage.size(again)).toBe(0);
    });
  });
}
