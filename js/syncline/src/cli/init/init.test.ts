// syncline init: what it writes, where, and what it leaves alone.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { call, makeFolder } from "../testing.ts";
import { version } from "../version.ts";

interface Manifest {
  name: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

const read = (file: string): Manifest => JSON.parse(readFileSync(file, "utf8")) as Manifest;
const repository = fileURLToPath(new URL("../../../../../", import.meta.url));

let folder: string;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

it("writes an application under the folder's name, that takes this version", async () => {
  const target = join(folder, "My Lists");
  const { code, out, error } = await call(["init", target, "--no-install"]);
  expect([code, out]).toEqual([0, ""]);
  expect(error).toContain("npm install && npm run dev");
  const { name, dependencies } = read(join(target, "package.json"));
  expect([name, dependencies["syncline"]]).toEqual(["my-lists", version()]);
  expect(readFileSync(join(target, ".gitignore"), "utf8")).toContain(".syncline/");
  expect(existsSync(join(target, "gitignore"))).toBe(false);
  const check = await call(["codegen", "--check", "--dir", join(target, "convex")]);
  expect(check.code).toBe(0);
});

it("takes the package from where it is told", async () => {
  const target = join(folder, "app");
  await call(["init", target, "--no-install", "--package", "file:../syncline.tgz"]);
  expect(read(join(target, "package.json")).dependencies["syncline"]).toBe("file:../syncline.tgz");
});

it("leaves a folder alone that holds anything but a repository", async () => {
  writeFileSync(join(folder, ".git"), "gitdir: elsewhere");
  expect((await call(["init", folder, "--no-install"])).code).toBe(0);
  const before = readdirSync(folder);
  const again = await call(["init", folder, "--no-install"]);
  expect([again.code, again.error]).toEqual([1, expect.stringContaining("is not empty")]);
  expect(readdirSync(folder)).toEqual(before);
});

it("asks for the versions that are tested here", () => {
  const template = read(join(repository, "js/syncline/template/package.json"));
  const demo = read(join(repository, "demo/vectr0/package.json"));
  const root = read(join(repository, "package.json"));
  const tested = {
    ...root.devDependencies,
    ...demo.devDependencies,
    ...demo.dependencies,
    syncline: version(),
  };
  const asked = { ...template.dependencies, ...template.devDependencies };
  expect(tested).toMatchObject(asked);
});
