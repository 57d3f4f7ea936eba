// TestBackend: one test's application on a database of its own, in memory, in the real core. It opens when
// it is first used, and anew when a component is registered or a table is named that it did not have.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { GenericSchema, SchemaDefinition } from "convex/server";
import createSyncline from "../../wasm/syncline.mjs";
import {
  anyTable,
  componentTables,
  mentionedTables,
  type SchemaJson,
  type TableJson,
} from "../bundle/tables.ts";
import { type Clock, systemClock } from "../engine/clock.ts";
import { Engine } from "../engine/engine.ts";
import type { Layer } from "../engine/host.ts";
import type { TransactionLimits } from "../engine/limits.ts";
import { Core } from "../engine/wasm.ts";
import type { Rules } from "../rules/define.ts";
import { MemoryStorage } from "../storage/memory.ts";
import { runOutside } from "./realm.ts";
import { TestModules } from "./test-modules.ts";
import type { ModuleMap } from "./types.ts";

type Schema = SchemaDefinition<GenericSchema, boolean>;

// One core holds the databases of all tests of a file.
let core: Promise<Core> | undefined;
let databases = 0;

async function loadCore(): Promise<Core> {
  // Not as new URL(..., import.meta.url), which Vite takes for an asset of a page.
  const folder = dirname(fileURLToPath(import.meta.url));
  const wasmBinary = await readFile(join(folder, "../../wasm/syncline.wasm"));
  return new Core(await createSyncline({ storage: new MemoryStorage(), wasmBinary }));
}

interface Opened {
  engine: Engine | null;
}

// What no test can reach any more gives its memory back.
const abandoned = new FinalizationRegistry<Opened>(({ engine }) => {
  engine?.close().catch(() => {});
});

export class TestBackend {
  readonly modules = new TestModules();
  private readonly schemas = new Map<string, Schema | null>();
  // Tables that functions name and no schema declares.
  private readonly mentioned = new Set<string>();
  private readonly path = `/test-${databases++}`;
  private readonly opened: Opened = { engine: null };
  // Of what is to be in the database, and of what is in it.
  private revision = 0;
  private openRevision = -1;
  private opening: Promise<Engine> | null = null;

  constructor(
    schema: Schema | null,
    modules: ModuleMap,
    private readonly rules: Rules | null,
    readonly limits: TransactionLimits,
    private readonly layer: Layer,
  ) {
    core ??= loadCore();
    this.add("", schema, modules);
  }

  add(component: string, schema: Schema | null, modules: ModuleMap): void {
    this.modules.add(component, modules);
    this.schemas.set(component, schema);
    ++this.revision;
  }

  // `text` is what an inline function says, which may name more tables.
  async engine(text = ""): Promise<Engine> {
    for (const table of mentionedTables([text])) this.mention(table);
    // Whoever comes while it opens may want more of it.
    while (this.openRevision !== this.revision) {
      this.opening ??= this.open().finally(() => {
        this.opening = null;
      });
      await this.opening;
    }
    return this.opened.engine as Engine;
  }

  private mention(table: string): void {
    const schema = this.schemas.get("");
    if (this.rules || this.mentioned.has(table) || (schema && table in schema.tables)) return;
    this.mentioned.add(table);
    ++this.revision;
  }

  private async open(): Promise<Engine> {
    if (this.schemas.get("") === null) {
      for (const table of mentionedTables(await this.modules.texts(""))) this.mention(table);
    }
    const opening = await (core as Promise<Core>);
    await this.opened.engine?.close();
    const revision = this.revision;
    const engine = new Engine({
      modules: this.modules,
      core: opening.open({
        path: this.path,
        durability: "none",
        application: { schema: this.schemaJson(), rules: this.rules },
      }),
      layer: this.layer,
      clock,
      // Fake timers would end what still runs.
      functionTimeoutMs: null,
      actionTimeoutMs: null,
      deployment: { name: "test", region: null, class: "s16" },
      files: {
        makeUrl: (id) => `https://test.convex.cloud/api/storage/${id}`,
        makeUploadUrl: () => "https://test.convex.cloud/api/storage/upload",
      },
      hasHttp: this.modules.has("", "http"),
      // As npm convex-test: "messages:send", where Convex says "messages.js:send".
      jobName: ({ component, path }) => (component === "" ? path : `${component}|${path}`),
    });
    if (!this.opened.engine) abandoned.register(this, this.opened);
    this.opened.engine = engine;
    this.openRevision = revision;
    await engine.jobs.start();
    return engine;
  }

  private schemaJson(): SchemaJson {
    const { tables, ...rest } = exported(this.schemas.get("") ?? null);
    const all: TableJson[] = [...tables, ...[...this.mentioned].map(anyTable)];
    for (const [component, schema] of this.schemas) {
      if (component !== "") all.push(...componentTables(component, exported(schema)));
    }
    return { ...rest, tables: all };
  }
}

function exported(schema: Schema | null): SchemaJson {
  if (!schema) return { tables: [], schemaValidation: true };
  return JSON.parse((schema as unknown as { export(): string }).export()) as SchemaJson;
}

// The test's clock, which it may have replaced, and not what a function has put in its place.
const clock: Clock = {
  now: () => runOutside(() => systemClock.now()),
  after: (delayMs, run) => {
    const stop = runOutside(() => systemClock.after(delayMs, () => runOutside(run)));
    return () => runOutside(stop);
  },
};
