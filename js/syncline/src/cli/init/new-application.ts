// newApplication: copies the template into an empty folder, under the folder's name.
import { cp, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const template = fileURLToPath(new URL("../../../template", import.meta.url));
// What building the template where it lies leaves there.
const leftOut = ["node_modules", "dist", ".syncline"];

/** `syncline`: what its package.json takes for this package: a version, or "file:...". Throws an Error if
 * the folder holds anything. */
export async function newApplication(folder: string, syncline: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const found = (await readdir(folder)).filter((name) => name !== ".git");
  if (found.length > 0) {
    throw new Error(
      `${resolve(folder)} is not empty (${found.slice(0, 3).join(", ")}): name another`,
    );
  }
  await cp(template, folder, {
    recursive: true,
    filter: (source) => !leftOut.includes(relative(template, source).split(sep)[0] ?? ""),
  });
  // npm leaves files of this name out of packages.
  await rename(join(folder, "gitignore"), join(folder, ".gitignore"));
  const file = join(folder, "package.json");
  const manifest = JSON.parse(await readFile(file, "utf8")) as {
    name: string;
    dependencies: Record<string, string>;
  };
  manifest.name = packageName(basename(resolve(folder))) ?? manifest.name;
  manifest.dependencies["syncline"] = syncline;
  await writeFile(file, `${JSON.stringify(manifest, null, 2)}\n`);
}

// A folder's name as npm allows it.
function packageName(text: string): string | undefined {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return name === "" ? undefined : name;
}
