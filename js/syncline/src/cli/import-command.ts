// syncline import: a snapshot of Convex's or ours, or one table, into a database.
import { existsSync } from "node:fs";
import { command, UsageError } from "./command.ts";
import { Importer, type ImportMode } from "./snapshot/importer.ts";
import { openSource } from "./snapshot/source.ts";
import { inStep, openTarget, targetFlags } from "./snapshot/target.ts";

export const importCommand = command({
  name: "import",
  usage: "FILE",
  summary: "writes a snapshot, or one table, into a database or through a relay",
  details:
    "FILE is a zip file as `npx convex export` and `syncline export` write it, or with --table one table:\n" +
    ".jsonl (a document a line), .json (an array) or .csv (numbers and texts, with a first row of names).\n" +
    "Documents keep their creation times. Ids of another deployment become ours, and so do all references to\n" +
    "them. A tenant's documents are written in change sets of at most 500, each whole or not at all; the rules\n" +
    "hold for whoever imports. What is there already is not written twice: an import that was cut off is taken\n" +
    "up by the same command with --append. What was deleted since comes back.",
  flags: {
    table: { value: "NAME", help: "the table of a single file; of a snapshot only this one" },
    append: { help: "keeps the rows that are there" },
    replace: { help: "deletes the rows of the file's tables that the file does not have" },
    format: { value: "FORMAT", help: "zip, jsonLines, jsonArray or csv, if the name does not say" },
    ...targetFlags,
  },
  positionals: { least: 1, most: 1 },
  async run({ positionals: [file = ""], has, text, console, signal }) {
    if (has("append") && has("replace"))
      throw new UsageError("take --append or --replace, not both");
    const mode: ImportMode = has("append") ? "append" : has("replace") ? "replace" : "empty";
    if (!existsSync(file)) throw new Error(`there is no file ${file}`);
    const source = openSource(file, text("format"), text("table"));
    const { engine, shape, client, description, isRelay } = await openTarget(text, signal);
    try {
      const options = { engine, shape, source, mode, leaveOutLocal: isRelay, console, signal };
      const { added, replaced, deleted, same, failures } = await new Importer(options).run();
      if (isRelay) {
        await inStep(client, signal);
        for (const { message, table, rule } of client.refused()) {
          failures.push(
            `the relay refused a change set (${table ?? "?"}, rule "${rule ?? "?"}"): ${message}`,
          );
        }
      }
      for (const failure of failures) console.error(failure);
      console.error(
        `${description}: ${added} documents added, ${replaced} replaced, ${deleted} deleted, ${same} were ` +
          `there already${failures.length === 0 ? "." : `; ${failures.length} problems, see above.`}`,
      );
      return failures.length === 0 ? 0 : 1;
    } finally {
      await client.close();
    }
  },
});
