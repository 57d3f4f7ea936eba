// Opening a person's database: its storage, the core on it, and what to do when the file is corrupt.
import type { App } from "../engine/application.ts";
import { Engine, type EngineOptions, type VersionCounter } from "../engine/engine.ts";
import type { Claims } from "../engine/identity.ts";
import { BundledModules } from "../engine/instance.ts";
import { Core, type CoreEngine, type CoreModuleFactory } from "../engine/wasm.ts";
import { SynclineError } from "../error.ts";
import { databaseFiles, type Storage } from "../storage/storage.ts";

// What differs between a browser's worker and Node.
export interface Platform {
  // Takes ownership of a database's files. Throws "conflict" if another owner has them.
  openStorage(name: string): Promise<Storage>;
  createModule: CoreModuleFactory;
  // The bytes of syncline.wasm, where they cannot be fetched.
  readWasm?(): Promise<Uint8Array>;
}

export interface Database {
  engine: Engine;
  mode: Storage["mode"];
  // The name that a corrupt file was set aside to.
  setAside: string | null;
  // Closes the engine and gives up the files.
  close(): Promise<void>;
}

export interface DatabaseOptions {
  app: App;
  name: string;
  claims: Claims | null;
  counter: VersionCounter;
  engineOptions?: Pick<
    EngineOptions,
    "layer" | "clock" | "files" | "functionTimeoutMs" | "actionTimeoutMs"
  >;
  // The files were found to be damaged while they were in use: they are set aside.
  isDamaged?: boolean;
  // The core failed beyond repair; every call will fail from now on.
  onStopped?(error: SynclineError): void;
}

export async function openDatabase(
  platform: Platform,
  options: DatabaseOptions,
): Promise<Database> {
  const { app, name, claims, counter, engineOptions, onStopped } = options;
  const storage = await platform.openStorage(name);
  try {
    const wasmBinary = await platform.readWasm?.();
    const module = await platform.createModule({
      storage,
      ...(wasmBinary ? { wasmBinary } : {}),
    });
    const core = new Core(module, onStopped);
    const { opened, setAside } = await openOrSetAside(core, storage, options);
    const engine = new Engine({
      modules: new BundledModules(app),
      hasHttp: app.hasHttp,
      core: opened,
      claims,
      counter,
      ...engineOptions,
    });
    return {
      engine,
      mode: storage.mode,
      setAside,
      close: async () => {
        try {
          await engine.close();
        } finally {
          await storage.release();
        }
      },
    };
  } catch (error) {
    await storage.release();
    throw error;
  }
}

// A corrupt file is kept beside the new one, and what had not been sent is taken over from it.
async function openOrSetAside(
  core: Core,
  storage: Storage,
  { app, name, isDamaged = false }: DatabaseOptions,
): Promise<{ opened: CoreEngine; setAside: string | null }> {
  const options = {
    path: databaseFiles(name)[0],
    // In memory too, where a flush costs nothing: what the core gathers meanwhile is lost when the
    // storage is full.
    durability: "full" as const,
    application: app.application,
  };
  if (!isDamaged) {
    try {
      return { opened: core.open(options), setAside: null };
    } catch (error) {
      if (!(error instanceof SynclineError && error.code === "corrupt")) throw error;
    }
  }
  const setAside = await storage.setAside(name);
  const salvage = databaseFiles(setAside)[0];
  return { opened: core.open({ ...options, salvage }), setAside };
}
