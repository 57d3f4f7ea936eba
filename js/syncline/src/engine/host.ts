// FunctionHost: runs the application's functions, each in an instance of its own, with arguments and
// results validated. It locks nothing: engine.ts lets many queries or one mutation in.
import type { JSONValue } from "convex/values";
import { SynclineError } from "../error.ts";
import type { App } from "./application.ts";
import { Execution } from "./execution.ts";
import { type BoundFunction, FunctionTable } from "./functions.ts";
import type { Claims } from "./identity.ts";
import { InstancePool } from "./instance.ts";
import { type Committed, operation } from "./operations.ts";
import { failureOf, type Outcome } from "./outcome.ts";
import { SeededRandom } from "./random.ts";
import type { CoreEngine } from "./wasm.ts";

export interface FunctionCall {
  path: string;
  // The arguments object, in Convex's JSON.
  args: JSONValue;
  claims: Claims | null;
}

export interface QueryRun {
  outcome: Outcome;
  // The core's number for what was read, if it was to be kept.
  kept: number | null;
}

export interface MutationRun {
  outcome: Outcome;
  committed: Committed | null;
  // What the core refused, if that is why there was no commit.
  refusal: SynclineError | null;
}

class GivenUp extends SynclineError {}

// A function that has not ended by then is given up, so that it cannot block the others for ever.
export const functionTimeoutMs = 10_000;

export class FunctionHost {
  private readonly functions: FunctionTable;
  private readonly instances: InstancePool;
  private readonly random = SeededRandom.fromSystem();
  // The core's number of each validator, by its JSON: an application has as many as it has functions.
  private readonly validators = new Map<string, number>();

  constructor(
    app: App,
    private readonly engine: CoreEngine,
    private readonly timeoutMs = functionTimeoutMs,
  ) {
    this.functions = new FunctionTable(app);
    this.instances = new InstancePool(app.factory);
  }

  // `keep`: what it read becomes a live query of the core, also if it failed.
  async query(call: FunctionCall, keep: boolean): Promise<QueryRun> {
    let execution: Execution | undefined;
    try {
      execution = this.begin(call, "query", false);
      const outcome = await this.run(call, "query", execution);
      if (keep) return { outcome, kept: execution.keep() };
      execution.abort();
      return { outcome, kept: null };
    } catch (error) {
      execution?.abort();
      return { outcome: { ok: false, failure: failureOf(error) }, kept: null };
    }
  }

  async mutation(call: FunctionCall, preview: boolean): Promise<MutationRun> {
    let execution: Execution | undefined;
    try {
      execution = this.begin(call, "mutation", preview);
      const outcome = await this.run(call, "mutation", execution);
      if (outcome.ok) return { outcome, committed: execution.commit(), refusal: null };
      execution.abort();
      return { outcome, committed: null, refusal: execution.failure };
    } catch (error) {
      execution?.abort();
      const outcome: Outcome = { ok: false, failure: failureOf(error) };
      return { outcome, committed: null, refusal: execution?.failure ?? null };
    }
  }

  private begin(
    { path, args, claims }: FunctionCall,
    kind: "query" | "mutation",
    preview: boolean,
  ): Execution {
    // Before anything is opened for it.
    this.functions.find(path, kind);
    return new Execution(this.engine, { kind, nowMs: Date.now(), claims, path, args, preview });
  }

  private async run(
    { path, args }: FunctionCall,
    kind: "query" | "mutation",
    execution: Execution,
  ): Promise<Outcome> {
    const instance = await this.instances.take();
    try {
      const { nowMs } = execution;
      instance.enter({ convex: execution, nowMs, random: this.random.fork(), kind });
      const bound = this.functions.bind(this.functions.find(path, kind), instance);
      const argsText = JSON.stringify(args);
      this.validate("ArgumentValidationError", path, bound.validators.args, argsText);
      const value = await this.endsInTime(path, bound, `[${argsText}]`);
      this.validate("ReturnsValidationError", path, bound.validators.returns, value);
      this.instances.giveBack(instance);
      return { ok: true, value };
    } catch (error) {
      if (error instanceof GivenUp) this.instances.discard(instance);
      else this.instances.giveBack(instance);
      return { ok: false, failure: failureOf(error, execution.failure) };
    }
  }

  private async endsInTime(path: string, bound: BoundFunction, args: string): Promise<string> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () =>
          reject(
            new GivenUp(
              "unavailable",
              `${path} did not end within ${this.timeoutMs / 1000} s and was given up: it waits ` +
                "for something that never comes",
            ),
          ),
        this.timeoutMs,
      );
    });
    try {
      return await Promise.race([bound.invoke(args), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private validate(what: string, path: string, validator: string | null, value: string): void {
    if (validator === null) return;
    try {
      const number = this.validators.get(validator) ?? this.addValidator(validator);
      this.engine.callText(operation.validate, `{"validator":${number},"value":${value}}`);
    } catch (error) {
      if (!(error instanceof SynclineError)) throw error;
      throw new SynclineError(error.code, `${what}: ${path}: ${error.message}`, { cause: error });
    }
  }

  private addValidator(json: string): number {
    const input = `{"validator":${json}}`;
    const { validator } = JSON.parse(this.engine.callText(operation.validator, input)) as {
      validator: number;
    };
    this.validators.set(json, validator);
    return validator;
  }
}
