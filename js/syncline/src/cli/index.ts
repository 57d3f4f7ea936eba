// The command's program: runs main on this process. The first signal asks, a second Ctrl-C insists.
import { processConsole } from "./console.ts";
import { main } from "./main.ts";

const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
let interrupts = 0;
process.on("SIGINT", () => {
  if (++interrupts > 1) process.exit(130);
  stop.abort();
});
process.exitCode = await main(process.argv.slice(2), processConsole, stop.signal);
