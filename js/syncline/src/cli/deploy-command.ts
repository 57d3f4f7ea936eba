// syncline deploy: one push of schema and rules to a relay.
import { command } from "./command.ts";
import { describe, prepare } from "./dev/prepare.ts";
import { RelayAdmin, readAdminKey, relayUrl } from "./dev/relay-admin.ts";
import { typecheckMode } from "./dev/typecheck.ts";

export const deployCommand = command({
  name: "deploy",
  usage: "--url URL",
  summary: "checks the application, and gives its schema and rules to a relay",
  details:
    "The relay takes what fits the rows that it has, and says otherwise what does not. The functions are\n" +
    "part of the page's build: deploy that too. Exit code 0: the relay has it.",
  flags: {
    url: { value: "URL", help: "the relay, as https://relay.example.org" },
    "key-file": { value: "FILE", help: "its admin key; without it SYNCLINE_ADMIN_KEY" },
    "dry-run": { help: "asks whether the relay would take it, and changes nothing" },
    dir: { value: "DIR", help: 'the folder of schema and functions; without it "convex"' },
    typecheck: { value: "MODE", help: "try (where TypeScript is there), enable or disable" },
  },
  positionals: { least: 0, most: 0 },
  async run({ has, text, console }) {
    const url = text("url") ?? process.env["SYNCLINE_URL"];
    if (!url) throw new Error("say which relay with --url, or in SYNCLINE_URL");
    const relay = new RelayAdmin(relayUrl(url), readAdminKey(text("key-file")));
    const folder = text("dir") ?? "convex";
    const bundle = await prepare(folder, typecheckMode(text("typecheck")), console);
    if (bundle.application.rules === null) throw new Error(withoutRules(folder));
    const dryRun = has("dry-run");
    const { hash, changed, notes } = await relay.push(bundle.application, { dryRun });
    for (const note of notes) console.error(`note: ${note}`);
    const what = `${describe(bundle)}; schema and rules ${hash}`;
    if (!changed) console.error(`${relay.url} has this already (${what}).`);
    else if (dryRun) console.error(`${relay.url} would take it (${what}). Nothing was changed.`);
    else console.error(`Deployed to ${relay.url} (${what}).`);
    return 0;
  },
});

function withoutRules(folder: string): string {
  return (
    `${folder} has no rules.ts, so the data stay on each device and there is nothing to deploy. ` +
    "Rules say who may read and write what; with them the application can be synced"
  );
}
