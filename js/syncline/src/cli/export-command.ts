// syncline export: a database as a zip file in Convex's snapshot format.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.ts";
import { exportSnapshot } from "./snapshot/exporter.ts";
import { openTarget, targetFlags } from "./snapshot/target.ts";

export const exportCommand = command({
  name: "export",
  usage: "--path FILE.zip",
  summary: "writes the rows of a database, or of a relay, into a zip file",
  details:
    "The file is a snapshot as `npx convex export` writes it, and `npx convex import` reads it. Of a relay it\n" +
    "holds what the person may see; functions, schema and scheduled functions are not part of it.",
  flags: {
    path: { value: "FILE", help: "the zip file to write, or a folder for it" },
    "include-file-storage": { help: "the stored files too" },
    ...targetFlags,
  },
  positionals: { least: 0, most: 0 },
  async run({ has, text, console, signal }) {
    const file = fileFor(text("path"));
    const { engine, shape, client, description, isRelay } = await openTarget(text, signal);
    try {
      const withFiles = has("include-file-storage") && !isRelay;
      // Rows of local tables never reach a relay: that there are none here says nothing about them.
      const tables = shape.tables.filter((table) => !isRelay || !shape.isLocal(table));
      const written = await exportSnapshot({ engine, tables, file, withFiles, console, signal });
      const files = withFiles ? ` and ${written.files} files` : "";
      console.error(`Wrote ${written.documents} documents${files} of ${description} to ${file}.`);
      return 0;
    } finally {
      await client.close();
    }
  },
});

function fileFor(path: string | undefined): string {
  if (path === undefined) throw new Error("say where to, with --path FILE.zip");
  if (existsSync(path) && statSync(path).isDirectory()) {
    return join(path, `snapshot-${Date.now()}.zip`);
  }
  if (existsSync(path)) throw new Error(`${path} is there already: name another file`);
  return path;
}
