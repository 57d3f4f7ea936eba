// syncline bundle: the application as files: for the relay, for syncline/node, for bundlers other than Vite.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { appModule, bundleApp } from "../bundle/bundle.ts";
import { command } from "./command.ts";

export const bundleCommand = command({
  name: "bundle",
  usage: "FOLDER APP.json [APP.mjs]",
  summary: "writes the application as files: tables and rules, and its functions",
  details: [
    "FOLDER    the folder of schema and functions, as convex",
    "APP.json  its tables and rules, for the relay's --app",
    "APP.mjs   the whole application as a module, for syncline/node and for bundlers",
  ].join("\n"),
  flags: {
    env: {
      value: "NAMES",
      help: "variables of the environment, as A,B, that functions find in process.env: everybody may read them",
    },
  },
  positionals: { least: 2, most: 3 },
  async run({ positionals: [folder = "", jsonFile = "", moduleFile], text, console }) {
    const bundle = await bundleApp(folder, { env: environment(text("env")) });
    for (const warning of bundle.warnings) console.error(`note: ${warning}`);
    await write(jsonFile, `${JSON.stringify(bundle.application)}\n`);
    if (moduleFile !== undefined) await write(moduleFile, appModule(bundle));
    return 0;
  },
});

/** Throws an Error for one that is not set. */
function environment(names: string | undefined): Record<string, string> {
  return Object.fromEntries(
    (names?.split(",") ?? []).map((name) => {
      const value = process.env[name];
      if (value === undefined) throw new Error(`the environment has no variable ${name}`);
      return [name, value];
    }),
  );
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
