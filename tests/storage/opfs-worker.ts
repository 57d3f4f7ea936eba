// The worker of run.mjs: the storage contract on OPFS, and single steps for the tests that need two
// workers or a small quota.
import { OpfsStorage } from "../../js/syncline/src/storage/opfs.ts";
import { openFlags } from "../../js/syncline/src/storage/storage.ts";
import { describeStorage } from "../../js/syncline/src/storage/storage-contract.ts";
import { runAll } from "./vitest-in-worker.ts";

describeStorage("OPFS storage", () => ({
  open: () => OpfsStorage.open("data"),
  clear: async () => {
    await (await navigator.storage.getDirectory()).removeEntry("syncline", { recursive: true });
  },
}));

let held: OpfsStorage | undefined;

const commands: Record<string, () => Promise<unknown>> = {
  contract: runAll,
  async hold() {
    held = await OpfsStorage.open("held");
    return held.mode;
  },
  // Writes until nothing more fits; then what was written must still be readable.
  async fill() {
    const storage = held ?? (await OpfsStorage.open("held"));
    const file = storage.open("held.db", openFlags.create);
    const block = new Uint8Array(256 * 1024).fill(1);
    let size = 0;
    let how = "";
    while (how === "" && size < 200 * block.length) {
      try {
        const count = storage.write(file, block, size);
        size += count;
        if (count < block.length) how = "short";
      } catch (error) {
        how = error instanceof Error ? error.name : String(error);
      }
    }
    const read = storage.read(file, new Uint8Array(size), 0);
    return { how, isReadable: read === size };
  },
};

self.onmessage = async ({ data }: MessageEvent<string>) => {
  try {
    postMessage({ value: await commands[data]?.() });
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    postMessage({ error: { code, message } });
  }
};
