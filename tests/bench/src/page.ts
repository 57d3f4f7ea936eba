// What the bench's driver calls on the page: bench(command, input).
import { localCommands } from "./local-commands.ts";
import { mergeCommands } from "./merge-commands.ts";
import { syncCommands } from "./sync-commands.ts";

const commands: Record<string, (input: never) => Promise<unknown>> = {
  ...localCommands,
  ...mergeCommands,
  ...syncCommands,
};

declare global {
  var bench: (command: string, input: unknown) => Promise<unknown>;
}

globalThis.bench = async (command, input) => {
  const run = commands[command];
  if (!run) throw new Error(`the page has no command ${command}`);
  return await run(input as never);
};
