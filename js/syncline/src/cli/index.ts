// The command's program: runs main on this process. The first Ctrl-C asks, the second insists.
import { processConsole } from "./console.ts";
import { main } from "./main.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });
}
process.exitCode = await main(process.argv.slice(2), processConsole, stop.signal);
