// Development: what syncline dev does over and over: types, bundle, push; with a relay and a command beside.
import { join, relative } from "node:path";
import type { AppBundle } from "../../bundle/bundle.ts";
import type { Console } from "../console.ts";
import { describe, prepare } from "./prepare.ts";
import { isRelayAt, RelayAdmin, readAdminKey, relayUrl } from "./relay-admin.ts";
import { RelayProcess } from "./relay-process.ts";
import { RunBeside } from "./run-beside.ts";
import type { TypecheckMode } from "./typecheck.ts";
import { Changes } from "./watch.ts";

export interface DevelopmentOptions {
  folder: string;
  /** A relay that runs elsewhere; undefined: one of this machine, started if none runs. */
  url: string | undefined;
  port: number;
  keyFile: string | undefined;
  /** Where the relay of this machine keeps its data and log. */
  state: string;
  typecheck: TypecheckMode;
  /** The command beside it. */
  run: string | undefined;
  console: Console;
  /** Aborted when the person wants to stop. */
  signal: AbortSignal;
}

/** Exit code of who was stopped. */
const stopped = 130;

export class Development {
  private relay: RelayAdmin | undefined;
  private process: RelayProcess | undefined;
  private beside: RunBeside | undefined;
  private pushed = "";
  private readonly url: string;
  private isStopping = false;
  // With the exit code, when a program that belongs to it has ended.
  private end: (code: number) => void = () => {};
  private readonly ended = new Promise<number>((resolve) => {
    this.end = resolve;
  });

  /** Throws an Error if the url is none. */
  constructor(private readonly options: DevelopmentOptions) {
    this.url = relayUrl(options.url ?? `http://localhost:${options.port}`);
  }

  /** Once; then the command beside it, until that ends. Gives the exit code; throws an Error with what is
   * to be mended. */
  async once(): Promise<number> {
    const { folder, typecheck, console, signal } = this.options;
    await this.push(await prepare(folder, typecheck, console));
    if (this.options.run === undefined) return 0;
    return Promise.race([this.runBeside().ended, aborted(signal)]);
  }

  /** Again at every change, whatever goes wrong, until it is stopped or what runs beside it has ended.
   * Gives the exit code. Throws an Error if there is no such folder. */
  async watch(): Promise<number> {
    const { folder, typecheck, run, console, signal } = this.options;
    const over = new AbortController();
    const finished = Promise.race([aborted(signal), this.ended]).finally(() => over.abort());
    const changes = new Changes(folder);
    const said = new Set<string>();
    try {
      while (!over.signal.aborted) {
        try {
          const bundle = await prepare(folder, typecheck, console, said);
          changes.follow(bundle.files);
          await this.push(bundle).finally(() => run !== undefined && this.runBeside());
        } catch (error) {
          if (over.signal.aborted) break;
          const message = error instanceof Error ? error.message : String(error);
          console.error(`${message}\nWaiting for a change of ${folder}.`);
        }
        const files = await changes.next(over.signal);
        const names = files.map((file) => relative("", file)).join(", ");
        if (files.length > 0) console.error(`\nChanged: ${names}`);
      }
    } finally {
      changes.close();
    }
    return finished;
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.beside?.stop();
    await this.process?.stop();
  }

  private runBeside(): RunBeside {
    if (this.beside) return this.beside;
    this.beside = RunBeside.start(this.options.run ?? "", { SYNCLINE_URL: this.url });
    void this.beside.ended.then((code) => this.end(code));
    return this.beside;
  }

  private async push(bundle: AppBundle): Promise<void> {
    const { console } = this.options;
    if (bundle.application.rules === null) {
      console.error(`Ready: ${describe(bundle)}. Without rules.ts the data stay on each device.`);
      return;
    }
    this.relay ??= await this.reachRelay();
    const text = JSON.stringify(bundle.application);
    if (text === this.pushed) {
      console.error(`Ready: ${describe(bundle)}. The relay has these tables and rules.`);
      return;
    }
    const { changed, notes, hash } = await this.relay.push(bundle.application);
    this.pushed = text;
    for (const note of notes) console.error(`note: ${note}`);
    const how = changed ? "now has" : "has";
    console.error(`Ready: ${describe(bundle)}. ${this.relay.url} ${how} schema and rules ${hash}.`);
  }

  private async reachRelay(): Promise<RelayAdmin> {
    const { url, port, keyFile, state, console, signal } = this.options;
    if (url !== undefined) return new RelayAdmin(this.url, readAdminKey(keyFile));
    if (!(await isRelayAt(this.url))) {
      this.process = await RelayProcess.start(state, port, signal);
      console.error(`Started a relay at ${this.url}; its data and log are in ${state}.`);
      void this.process.ended.then((how) => {
        if (this.isStopping) return;
        console.error(`The relay has ended (${how}); ${join(state, "relay.log")} says why.`);
        this.end(1);
      });
    }
    return new RelayAdmin(this.url, readAdminKey(keyFile, join(state, "relay/admin.key")));
  }
}

function aborted(signal: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(stopped);
    signal.addEventListener("abort", () => resolve(stopped), { once: true });
  });
}
