// Command: one of syncline's commands, with its flags; reading its arguments, and its help.
import { parseArgs } from "node:util";
import type { Console } from "./console.ts";

export interface Flag {
  /** What stands for the value in the help; a flag without one is a switch. */
  value?: string;
  help: string;
}

export type Flags = Readonly<Record<string, Flag>>;

/** What a person has asked a command for. */
export interface Invocation<Names extends string> {
  positionals: readonly string[];
  has(flag: Names): boolean;
  text(flag: Names): string | undefined;
  console: Console;
  /** Aborted when the person wants to stop. */
  signal: AbortSignal;
}

export interface Command<Names extends string = string> {
  name: string;
  /** What follows the name in the usage line. */
  usage: string;
  summary: string;
  /** More than the summary says, in whole sentences; lines as they are to be shown. */
  details?: string;
  flags: Readonly<Record<Names, Flag>>;
  /** How many positionals it takes. */
  positionals: { least: number; most: number };
  /** Gives the exit code. Throws an Error with a sentence for the person. */
  run(invocation: Invocation<Names>): Promise<number>;
}

/** A command is one of many in a list, whatever its flags are called. */
export function command<Names extends string>(definition: Command<Names>): Command {
  return definition as unknown as Command;
}

/** The command was called in a way that it does not have: exit code 2. */
export class UsageError extends Error {}

export interface Arguments {
  positionals: string[];
  values: Readonly<Record<string, string | boolean | undefined>>;
}

/** Throws UsageError. */
export function readArguments(command: Command, argv: readonly string[]): Arguments {
  const options = Object.fromEntries(
    Object.entries(command.flags).map(([name, { value }]) => [
      name,
      { type: value === undefined ? "boolean" : "string" } as const,
    ]),
  );
  let parsed: Arguments;
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true }) as Arguments;
  } catch (error) {
    throw new UsageError(withoutAdvice(error));
  }
  const { least, most } = command.positionals;
  if (parsed.positionals.length < least) throw new UsageError(`it needs ${command.usage}`);
  if (parsed.positionals.length > most) {
    throw new UsageError(`"${parsed.positionals[most]}" is one argument too many`);
  }
  return parsed;
}

// Node's sentence, without its explanation of how one could still pass such a positional.
function withoutAdvice(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [first = message] = message.split(/\.\s/);
  return first.replace(/^Unknown option '([^' ]+).*'$/, "it has no flag $1").replace(/\.$/, "");
}

export function commandHelp({ name, usage, summary, details, flags }: Command): string {
  const lines = Object.entries(flags).map(([flag, { value, help }]) => ({
    left: `--${flag}${value === undefined ? "" : ` ${value}`}`,
    help,
  }));
  const all = [...lines, { left: "--help", help: "says this" }];
  const width = Math.max(...all.map(({ left }) => left.length));
  return [
    `usage: ${["syncline", name, usage, "[FLAGS]"].filter(Boolean).join(" ")}`,
    "",
    summary,
    ...(details === undefined ? [] : ["", details]),
    "",
    ...all.map(({ left, help }) => `  ${left.padEnd(width)}  ${help}`),
  ].join("\n");
}
