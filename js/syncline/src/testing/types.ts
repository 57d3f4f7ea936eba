// The types of convexTest: those of npm convex-test, so that one import is all that changes.
import type {
  DataModelFromSchemaDefinition,
  FunctionReference,
  FunctionReturnType,
  GenericActionCtx,
  GenericDataModel,
  GenericMutationCtx,
  GenericQueryCtx,
  GenericSchema,
  OptionalRestArgs,
  RequestMetadata,
  SchemaDefinition,
  UserIdentity,
} from "convex/server";
import type { Rules } from "../rules/define.ts";

// biome-ignore lint/suspicious/noExplicitAny: npm convex's own types say any here, and inference needs it
export type Any = any;

/** The files of a functions folder: import.meta.glob("./**\/*.*s"), with the _generated folder. */
export type ModuleMap = Record<string, () => Promise<Any>>;

export interface TestLimits {
  bytesRead: number;
  bytesWritten: number;
  databaseQueries: number;
  documentsRead: number;
  documentsWritten: number;
  functionsScheduled: number;
  scheduledFunctionArgsBytes: number;
}

export interface TestOptions<Schema extends GenericSchema> {
  /** The default export of schema.ts. Without it, tables hold any documents. */
  schema?: SchemaDefinition<Schema, boolean> | undefined;
  modules?: ModuleMap | undefined;
  /** What one transaction may use. false and true: Convex's limits. Numbers: lower ones. */
  transactionLimits?: Partial<TestLimits> | boolean;
  /** The default export of rules.ts: what t.mutation and t.action write is judged by them as on a device,
   * for the identity of withIdentity; t.run is not judged. Who may read is the relay's to say: queries see
   * all rows. Without rules every table is local, and nothing is judged. Syncline's own option. */
  rules?: Rules | null;
}

type QueryHandler<DataModel extends GenericDataModel> = (
  ctx: GenericQueryCtx<DataModel>,
) => Promise<Any>;
type MutationHandler<DataModel extends GenericDataModel> = (
  ctx: GenericMutationCtx<DataModel>,
) => Promise<Any>;
type ActionHandler<DataModel extends GenericDataModel> = (
  ctx: GenericActionCtx<DataModel>,
) => Promise<Any>;

type Reference<Kind extends "query" | "mutation" | "action"> = FunctionReference<Kind, Any>;
type Args<Called, Kind extends "query" | "mutation" | "action"> =
  Called extends Reference<Kind> ? OptionalRestArgs<Called> : [];
type Output<Called, Kind extends "query" | "mutation" | "action"> =
  Called extends Reference<Kind>
    ? FunctionReturnType<Called>
    : Called extends (ctx: Any) => Promise<infer Result>
      ? Result
      : never;

export interface TestConvexForDataModel<DataModel extends GenericDataModel> {
  /** Calls a query, public or internal, or an inline one: t.query(async (ctx) => ...). */
  query: <Called extends Reference<"query"> | QueryHandler<DataModel>>(
    called: Called,
    ...args: Args<Called, "query">
  ) => Promise<Output<Called, "query">>;
  /** Calls a mutation, or an inline one. */
  mutation: <Called extends Reference<"mutation"> | MutationHandler<DataModel>>(
    called: Called,
    ...args: Args<Called, "mutation">
  ) => Promise<Output<Called, "mutation">>;
  /** Calls an action, or an inline one. */
  action: <Called extends Reference<"action"> | ActionHandler<DataModel>>(
    called: Called,
    ...args: Args<Called, "action">
  ) => Promise<Output<Called, "action">>;
  /** Reads and writes in one transaction; files can be stored and read as well. */
  run: <Result>(
    handler: (
      ctx: GenericMutationCtx<DataModel> & Pick<GenericActionCtx<DataModel>, "storage">,
    ) => Promise<Result>,
  ) => Promise<Result>;
  /** Calls an HTTP action of http.ts: "/path?query", with the options of fetch. */
  fetch(pathQueryFragment: string, init?: RequestInit): Promise<Response>;
  /** Waits until no scheduled function runs any more. Start them by advancing the timers. */
  finishInProgressScheduledFunctions: () => Promise<void>;
  /** Runs scheduled functions until none is left, those that they schedule included; for
   * vi.useFakeTimers(), with vi.runAllTimers. Gives up after maxIterations (100). */
  finishAllScheduledFunctions: (advanceTimers: () => void, maxIterations?: number) => Promise<void>;
  /** The same database, called by this person. What is missing of issuer, subject and tokenIdentifier is
   * made of the rest. */
  withIdentity(identity: Partial<UserIdentity>): TestConvexForDataModel<DataModel>;
  /** The same database and person, called from there. */
  withRequestMetadata(
    metadata: Partial<Pick<RequestMetadata, "ip" | "userAgent">>,
  ): TestConvexForDataModel<DataModel>;
}

export type TestConvexRoot<DataModel extends GenericDataModel> = {
  /** Installs a component at a path ("workpool", "workpool/batchWorker"). */
  registerComponent: (
    componentPath: string,
    schema: SchemaDefinition<GenericSchema, boolean>,
    glob: ModuleMap,
  ) => void;
} & TestConvexForDataModel<DataModel>;

/** @deprecated Say TestConvexRoot. */
export type TestConvexForDataModelAndIdentity<DataModel extends GenericDataModel> =
  TestConvexRoot<DataModel>;

export type TestConvex<Schema extends SchemaDefinition<Any, boolean>> = TestConvexRoot<
  DataModelFromSchemaDefinition<Schema>
>;
