// RunBeside: the command that --run gives, as vite, in a shell beside syncline dev.
import { type ChildProcess, spawn } from "node:child_process";
import { delimiter, resolve } from "node:path";

// It may want to end its own programs first.
const stopDeadlineMs = 5_000;

export class RunBeside {
  private constructor(
    private readonly child: ChildProcess,
    /** Its exit code. */
    readonly ended: Promise<number>,
  ) {}

  static start(commandLine: string, environment: Readonly<Record<string, string>>): RunBeside {
    const child = spawn(commandLine, {
      shell: true,
      stdio: "inherit",
      // As npm scripts do, so that programs of the project are found.
      env: {
        ...process.env,
        ...environment,
        PATH: [resolve("node_modules/.bin"), process.env["PATH"]].join(delimiter),
      },
      // In a group of its own, so that what the shell starts ends with it.
      detached: process.platform !== "win32",
    });
    const insist = (): void => end(child, "SIGKILL");
    process.once("exit", insist);
    const ended = new Promise<number>((resolve) => {
      child.once("close", (code) => resolve(code ?? 1));
      child.once("error", () => resolve(127));
    }).finally(() => process.off("exit", insist));
    return new RunBeside(child, ended);
  }

  async stop(): Promise<void> {
    end(this.child, "SIGTERM");
    const timer = setTimeout(() => end(this.child, "SIGKILL"), stopDeadlineMs);
    await this.ended;
    clearTimeout(timer);
  }
}

function end(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself.
  }
}
