// syncline dev: keeps types, and a relay's schema and rules, in step with the functions folder.
import { command, UsageError } from "./command.ts";
import { Development } from "./dev/development.ts";
import { typecheckMode } from "./dev/typecheck.ts";

export const devCommand = command({
  name: "dev",
  usage: "",
  summary: "watches convex/: writes types, and pushes schema and rules to a relay",
  details:
    "Starts a relay of this machine if none runs; it is asked for SYNCLINE_RELAY, the PATH, and a build of\n" +
    "Syncline's repository. The functions need no push: they are part of the page's build. What is wrong\n" +
    "is said, and mended at the next change. Ctrl-C ends it.",
  flags: {
    url: { value: "URL", help: "a relay that runs elsewhere; none is started" },
    "key-file": { value: "FILE", help: "its admin key; without it SYNCLINE_ADMIN_KEY" },
    port: { value: "N", help: "the port of the relay of this machine; without it 8787" },
    state: { value: "DIR", help: 'where that relay keeps its data; without it ".syncline"' },
    once: { help: "does it once and ends: exit code 0 if all went well" },
    run: { value: "COMMAND", help: "runs this beside it, as vite, and ends with it" },
    dir: { value: "DIR", help: 'the folder of schema and functions; without it "convex"' },
    typecheck: { value: "MODE", help: "try (where TypeScript is there), enable or disable" },
  },
  positionals: { least: 0, most: 0 },
  async run({ has, text, console, signal }) {
    const development = new Development({
      folder: text("dir") ?? "convex",
      url: text("url"),
      port: portOf(text("port") ?? "8787"),
      keyFile: text("key-file"),
      state: text("state") ?? ".syncline",
      typecheck: typecheckMode(text("typecheck")),
      run: text("run"),
      console,
      signal,
    });
    try {
      return await (has("once") ? development.once() : development.watch());
    } finally {
      await development.stop();
    }
  },
});

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new UsageError(`--port takes a number from 1 to 65535, not "${text}"`);
}
