// FunctionHost: runs the application's functions, each apart from the others, with arguments and results
// validated. It locks nothing: engine.ts lets many queries or one mutation in, and actions at any time.
//
// Functions see one of two layers over the same operations: our own ctx (context/), or npm convex's over
// its syscalls. The second is what a module gets that brings another version of the package.
import type { JSONValue, Value } from "convex/values";
import { SynclineError } from "../error.ts";
import { ActionFrame, type ActionHost } from "./action-frame.ts";
import type { FunctionPath } from "./address.ts";
import type { Caller } from "./caller.ts";
import { type FunctionKind, findFunction, type HostParts } from "./calls.ts";
import type { Clock } from "./clock.ts";
import { CommitClock } from "./commit-clock.ts";
import { actionContext, mutationContext, queryContext } from "./context/context.ts";
import { isQuery } from "./context/query.ts";
import { Frame } from "./frame.ts";
import type { JobChange } from "./jobs.ts";
import { LimitChecks, type TransactionLimits } from "./limits.ts";
import { GivenUp, type LoadedModules } from "./modules.ts";
import { type Committed, operation } from "./operations.ts";
import { FunctionFailed, failureOf, type Outcome } from "./outcome.ts";
import { SeededRandom } from "./random.ts";
import { loadRegistered, type RegisteredFunction, ValidatorTable } from "./registered.ts";
import { syscallsOf } from "./syscalls.ts";
import { type MutationMode, Transaction } from "./transaction.ts";
import { textToValue, valueToText } from "./values.ts";
import type { CoreEngine } from "./wasm.ts";

export type Layer = "syncline" | "convex";

// A handler that is no function of the application: a test's.
export type InlineHandler = (context: object, args: Value) => unknown;

export interface FunctionCall extends FunctionPath {
  argsText: string; // of one object
  caller: Caller;
  inline?: InlineHandler;
  // Narrower than Convex's own.
  limits?: TransactionLimits;
}

export interface QueryRun {
  outcome: Outcome;
  // The core's number for what was read, if it was to be kept.
  kept: number | null;
  // Where its page ended, for the next run of the same query.
  journal: string | null;
}

export interface MutationRun {
  outcome: Outcome;
  committed: Committed | null;
  // What the core refused, if that is why there was no commit.
  refusal: SynclineError | null;
  // What it scheduled and canceled, if it was committed.
  jobs: readonly JobChange[];
}

export interface HostOptions {
  layer: Layer;
  clock: Clock;
  // A query or mutation that has not ended by then is given up, so that it cannot block the others for
  // ever; null: never.
  functionTimeoutMs: number | null;
  actionTimeoutMs: number | null;
}

export const functionTimeoutMs = 10_000;
export const actionTimeoutMs = 600_000;
const valueBytesMax = 16 << 20; // of arguments, and of a result

export class FunctionHost {
  private readonly random = SeededRandom.fromSystem();
  private readonly clock = new CommitClock();
  private readonly functions = new ValidatorTable();
  // The core's number of each validator, by its JSON: an application has as many as it has functions.
  private readonly validators = new Map<string, number>();

  constructor(
    private readonly parts: HostParts,
    private readonly core: CoreEngine,
    private readonly options: HostOptions,
  ) {}

  get layer(): Layer {
    return this.options.layer;
  }

  begin(kind: "query" | "mutation", call: FunctionCall, mode: MutationMode = {}): Transaction {
    const { path, argsText, caller } = call;
    const nowMs = this.options.clock.now();
    const { claims } = caller;
    const { clock } = this;
    return new Transaction(this.core, { kind, nowMs, clock, claims, path, argsText, mode });
  }

  // `keep`: what it read becomes a live query of the core, also if it failed.
  async query(call: FunctionCall, keep: boolean, journal: string | null): Promise<QueryRun> {
    let transaction: Transaction | undefined;
    try {
      const visibility = await this.require(call, "query");
      transaction = this.begin("query", call);
      const frame = this.frameOf(call, visibility, transaction, journal);
      const outcome = await this.runTop(frame, call);
      const kept = keep ? transaction.keep() : null;
      transaction.abort();
      return { outcome, kept, journal: frame.journal };
    } catch (error) {
      transaction?.abort();
      return { outcome: { ok: false, failure: failureOf(error) }, kept: null, journal };
    }
  }

  // `keep`: as with query.
  sql(caller: Caller, sql: string, args: JSONValue[], keep: boolean): QueryRun {
    const call = { component: "", path: "sql", argsText: "{}", caller };
    let transaction: Transaction | undefined;
    try {
      transaction = this.begin("query", call);
      let outcome: Outcome;
      try {
        const members = JSON.stringify({ sql, args }).slice(1, -1);
        outcome = { ok: true, value: transaction.callText(operation.sql, `,${members}`) };
      } catch (error) {
        outcome = { ok: false, failure: failureOf(error) };
      }
      const kept = keep ? transaction.keep() : null;
      transaction.abort();
      return { outcome, kept, journal: null };
    } catch (error) {
      transaction?.abort();
      return { outcome: { ok: false, failure: failureOf(error) }, kept: null, journal: null };
    }
  }

  // `beforeCommit` may write more, in the same transaction.
  async mutation(
    call: FunctionCall,
    mode: MutationMode,
    beforeCommit: (transaction: Transaction) => void = () => {},
  ): Promise<MutationRun> {
    let transaction: Transaction | undefined;
    try {
      const visibility = await this.require(call, "mutation");
      transaction = this.begin("mutation", call, mode);
      const frame = this.frameOf(call, visibility, transaction, null);
      const outcome = await this.runTop(frame, call);
      if (outcome.ok) {
        beforeCommit(transaction);
        const committed = transaction.commit();
        return { outcome, committed, refusal: null, jobs: transaction.jobs };
      }
      transaction.abort();
      return { outcome, committed: null, refusal: transaction.failure, jobs: [] };
    } catch (error) {
      transaction?.abort();
      const outcome: Outcome = { ok: false, failure: failureOf(error) };
      return { outcome, committed: null, refusal: transaction?.failure ?? null, jobs: [] };
    }
  }

  async action(call: FunctionCall, host: ActionHost): Promise<Outcome> {
    try {
      const { component, path, caller } = call;
      const visibility = await this.require(call, "action");
      const frame = new ActionFrame(this.parts, host, { component, path, visibility, caller });
      const value = await this.inAction(frame, (modules) =>
        this.invoke(
          call,
          modules,
          () => actionContext(frame, modules),
          (registered) => registered.invokeAction?.(caller.request.requestId, `[${call.argsText}]`),
        ),
      );
      return { ok: true, value };
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }

  // Does something where modules are as an action sees them, for as long as an action may take.
  async inAction<Result>(
    frame: ActionFrame,
    work: (modules: LoadedModules) => Promise<Result>,
  ): Promise<Result> {
    const convex = syscallsOf(frame);
    const surroundings = { convex, kind: "action", nowMs: 0, random: this.random } as const;
    try {
      return await this.parts.modules.within(surroundings, false, (modules) =>
        this.inTime(frame.path, this.options.actionTimeoutMs, () => work(modules)),
      );
    } finally {
      frame.end();
    }
  }

  private async inTime<Result>(
    path: string,
    timeoutMs: number | null,
    run: () => Promise<Result>,
  ): Promise<Result> {
    if (timeoutMs === null) return run();
    let stop = (): void => {};
    const late = new Promise<never>((_, reject) => {
      stop = this.options.clock.after(timeoutMs, () =>
        reject(
          new GivenUp(
            "unavailable",
            `${path} did not end within ${timeoutMs / 1000} s and was given up: it waits ` +
              "for something that never comes",
          ),
        ),
      );
    });
    try {
      return await Promise.race([run(), late]);
    } finally {
      stop();
    }
  }

  // A function that is called from here must exist; a test's own need not.
  private async require(call: FunctionCall, kind: FunctionKind): Promise<"public" | "internal"> {
    if (call.inline) return "public";
    const { visibility, runsOn, path } = await findFunction(this.parts.modules, call, kind);
    if (runsOn === "peer") {
      throw new SynclineError(
        "unavailable",
        `${path} says "use node": it needs a service peer, which Syncline does not have yet. Without ` +
          '"use node" it runs on the device',
      );
    }
    return visibility;
  }

  private frameOf(
    { component, path, caller, limits = {} }: FunctionCall,
    visibility: "public" | "internal",
    transaction: Transaction,
    journal: string | null,
  ): Frame {
    return new Frame(this.parts, this.runCalled, {
      kind: transaction.kind,
      component,
      path,
      visibility,
      caller,
      transaction,
      depth: 0,
      journal,
      limits: LimitChecks.none.within(transaction, limits),
    });
  }

  private async runTop(frame: Frame, call: FunctionCall): Promise<Outcome> {
    try {
      return { ok: true, value: await this.runFrame(frame, call, false) };
    } catch (error) {
      if (!(error instanceof GivenUp)) {
        // What it called and did not wait for ends first.
        await this.inTime(call.path, this.options.functionTimeoutMs, () => frame.end());
      }
      return { ok: false, failure: failureOf(error, frame.transaction.failure) };
    }
  }

  // A function that another one called. Throws a FunctionFailed.
  private readonly runCalled = async (frame: Frame, argsText: string): Promise<string> => {
    try {
      const { component, path, caller } = frame;
      return await this.runFrame(frame, { component, path, caller, argsText }, true);
    } catch (error) {
      throw new FunctionFailed(failureOf(error, frame.transaction.failure));
    }
  };

  private runFrame(frame: Frame, call: FunctionCall, isNested: boolean): Promise<string> {
    const { kind } = frame;
    const surroundings = {
      convex: syscallsOf(frame),
      kind,
      nowMs: frame.nowMs(),
      random: this.random.fork(),
    };
    return this.parts.modules.within(surroundings, isNested, (modules) => {
      const run = (): Promise<string> =>
        this.invoke(
          call,
          modules,
          () => (kind === "query" ? queryContext(frame, modules) : mutationContext(frame, modules)),
          (registered) =>
            kind === "query"
              ? registered.invokeQuery?.(`[${call.argsText}]`)
              : registered.invokeMutation?.(`[${call.argsText}]`),
          (text) => frame.transaction.resolve(text),
        );
      if (isNested) return run();
      return this.inTime(call.path, this.options.functionTimeoutMs, async () => {
        const result = await run();
        await frame.end();
        return result;
      });
    });
  }

  // Arguments in, result out, through one of the layers.
  private async invoke(
    call: FunctionCall,
    modules: LoadedModules,
    context: () => object,
    throughPackage: (registered: RegisteredFunction) => Promise<string> | undefined,
    resolve: (text: string) => string = (text) => text,
  ): Promise<string> {
    const { path, argsText, inline } = call;
    requireSize(`Function ${path} arguments are`, argsText);
    if (inline) return resolve(await handle(inline, context(), argsText));
    const registered = await loadRegistered(modules, call);
    const validators = this.functions.of(call, registered);
    this.validate("ArgumentValidationError", path, validators.args, argsText);
    const result =
      this.options.layer === "syncline"
        ? await handle(registered._handler, context(), argsText)
        : await throughPackage(registered);
    if (result === undefined) {
      throw new SynclineError("invalid", `${path} is of another kind than the application says`);
    }
    const value = resolve(result);
    this.validate("ReturnsValidationError", path, validators.returns, value);
    requireSize(`Function ${path} return value is`, value);
    return value;
  }

  private validate(what: string, path: string, validator: string | null, value: string): void {
    if (validator === null) return;
    try {
      const number = this.validators.get(validator) ?? this.addValidator(validator);
      this.core.callText(operation.validate, `{"validator":${number},"value":${value}}`);
    } catch (error) {
      if (!(error instanceof SynclineError)) throw error;
      throw new SynclineError(error.code, `${what}: ${path}: ${error.message}`, { cause: error });
    }
  }

  private addValidator(json: string): number {
    const input = `{"validator":${json}}`;
    const { validator } = JSON.parse(this.core.callText(operation.validator, input)) as {
      validator: number;
    };
    this.validators.set(json, validator);
    return validator;
  }
}

function requireSize(what: string, text: string): void {
  if (text.length <= valueBytesMax) return;
  throw new SynclineError(
    "invalid",
    `${what} too large (actual: ${text.length} bytes, limit: 16 MiB)`,
  );
}

async function handle(handler: InlineHandler, context: object, argsText: string): Promise<string> {
  const result: unknown = await handler(context, textToValue(argsText));
  if (isQuery(result)) {
    throw new Error(
      "Return value is a Query. Results must be retrieved with `.collect()`, `.take(n), `.unique()`, or `.first()`.",
    );
  }
  return valueToText((result ?? null) as Value);
}
