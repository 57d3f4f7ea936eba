// syncline: the command. Finds the command that is asked for, runs it, and turns what it throws into one
// sentence and an exit code: 0 well, 1 failed, 2 called wrongly, 130 stopped.
import { bundleCommand } from "./bundle-command.ts";
import { codegenCommand } from "./codegen-command.ts";
import { type Command, commandHelp, readArguments, UsageError } from "./command.ts";
import type { Console } from "./console.ts";
import { deployCommand } from "./deploy-command.ts";
import { devCommand } from "./dev-command.ts";
import { exportCommand } from "./export-command.ts";
import { importCommand } from "./import-command.ts";
import { initCommand } from "./init-command.ts";
import { version } from "./version.ts";

export const commands: readonly Command[] = [
  initCommand,
  devCommand,
  deployCommand,
  codegenCommand,
  bundleCommand,
  exportCommand,
  importCommand,
];

export async function main(
  argv: readonly string[],
  console: Console,
  signal: AbortSignal,
): Promise<number> {
  const [name, ...rest] = argv;
  if (name === "--version") {
    console.out(version());
    return 0;
  }
  if (name === "--help" || (name === "help" && rest.length === 0)) {
    console.out(overview());
    return 0;
  }
  if (name === undefined) {
    console.error(overview());
    return 2;
  }
  const wanted = name === "help" ? rest[0] : name;
  const command = commands.find((one) => one.name === wanted);
  if (!command) {
    const what = wanted?.startsWith("-") ? "flag" : "command";
    console.error(`syncline: there is no ${what} ${wanted}; "syncline --help" lists the commands`);
    return 2;
  }
  if (name === "help" || rest.includes("--help")) {
    console.out(commandHelp(command));
    return 0;
  }
  return run(command, rest, console, signal);
}

async function run(
  command: Command,
  argv: readonly string[],
  console: Console,
  signal: AbortSignal,
): Promise<number> {
  try {
    const { positionals, values } = readArguments(command, argv);
    return await command.run({
      positionals,
      has: (flag) => values[flag] === true,
      text: (flag) => {
        const value = values[flag];
        return typeof value === "string" ? value : undefined;
      },
      console,
      signal,
    });
  } catch (error) {
    if (signal.aborted) return 130;
    const message = error instanceof Error ? error.message : String(error);
    console.error(`syncline ${command.name}: ${message}`);
    if (!(error instanceof UsageError)) return 1;
    console.error(`"syncline ${command.name} --help" says how it is called`);
    return 2;
  }
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    "usage: syncline COMMAND [ARGUMENTS] [FLAGS]",
    "",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    '"syncline COMMAND --help" says more; "syncline --version" which version this is.',
  ].join("\n");
}
