// syncline-app: writes what the relay needs of an application (--app), and its functions for Node.
import { writeFile } from "node:fs/promises";
import { appModule, bundleApp } from "./bundle.ts";

const [folder, jsonFile, moduleFile, surplus] = process.argv.slice(2);
if (!folder || !jsonFile || surplus || folder.startsWith("-")) {
  console.error(`usage: syncline-app FOLDER APP.json [APP.mjs]
  FOLDER    the application's convex/ folder, with schema.ts and rules.ts
  APP.json  its tables and rules, for the relay
  APP.mjs   its functions as well, for syncline/node`);
  process.exit(2);
}
try {
  const bundle = await bundleApp(folder);
  await writeFile(jsonFile, `${JSON.stringify(bundle.application)}\n`);
  if (moduleFile) await writeFile(moduleFile, appModule(bundle));
} catch (error) {
  console.error(`syncline-app: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
