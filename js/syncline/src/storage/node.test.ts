// NodeStorage: the contract, and who owns a database.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NodeStorage } from "./node.ts";
import { describeStorage } from "./storage-contract.ts";

describeStorage("node storage", () => {
  let directory = mkdtempSync(join(tmpdir(), "syncline-"));
  return {
    open: () => NodeStorage.open(directory, "data"),
    clear: async () => {
      rmSync(directory, { recursive: true, force: true });
      directory = mkdtempSync(join(tmpdir(), "syncline-"));
    },
  };
});

describe("a database's owner in node", () => {
  let directory = "";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "syncline-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("is one: a second owner is told who has it", async () => {
    const first = await NodeStorage.open(directory, "data");
    await expect(NodeStorage.open(directory, "data")).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await first.release();
    const second = await NodeStorage.open(directory, "data");
    await second.release();
    expect(existsSync(join(directory, "data.lock"))).toBe(false);
  });

  it("is replaced when its process is dead", async () => {
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    writeFileSync(join(directory, "data.lock"), `${dead}:1\n`);
    const storage = await NodeStorage.open(directory, "data");
    await storage.release();
  });

  it("is replaced when its process id was given to another process", async () => {
    writeFileSync(join(directory, "data.lock"), `${process.pid}:1\n`);
    const storage = await NodeStorage.open(directory, "data");
    await storage.release();
  });

  it("leaves other databases of the directory alone", async () => {
    const first = await NodeStorage.open(directory, "data");
    const second = await NodeStorage.open(directory, "other");
    await first.release();
    await second.release();
  });

  it("has a name that is safe as a file name", async () => {
    await expect(NodeStorage.open(directory, "../up")).rejects.toMatchObject({ code: "invalid" });
  });
});
