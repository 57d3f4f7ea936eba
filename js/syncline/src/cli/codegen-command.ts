// syncline codegen: writes the _generated/ folder.
import { codegen } from "./codegen/generate.ts";
import { command } from "./command.ts";

export const codegenCommand = command({
  name: "codegen",
  usage: "",
  summary: "writes convex/_generated: the types of the tables and functions",
  details:
    "The files are those of Convex's codegen, so imports of them stay as they are. A file is written only\n" +
    "if it changes. Components of this project get theirs too.",
  flags: {
    dir: { value: "DIR", help: 'the folder of schema and functions; without it "convex"' },
    check: { help: "writes nothing, and fails if anything is out of date" },
  },
  positionals: { least: 0, most: 0 },
  async run({ has, text, console }) {
    const folder = text("dir") ?? "convex";
    const check = has("check");
    const { changed, warnings } = await codegen(folder, { check });
    for (const warning of warnings) console.error(`note: ${warning}`);
    if (check && changed.length > 0) {
      throw new Error(`out of date: ${changed.join(", ")}. Run "syncline codegen"`);
    }
    const names = changed.join(", ");
    console.error(changed.length === 0 ? "Types are up to date." : `Wrote ${names}.`);
    return 0;
  },
});
