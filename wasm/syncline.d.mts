// The core's module as TypeScript sees it; what the functions do is in shared/abi/syncline.h.

export interface SynclineModule {
  _syncline_open(input: number, inputSize: number): number;
  _syncline_close(engine: number): void;
  _syncline_call(engine: number, operation: number, input: number, inputSize: number): number;
  _syncline_output(): number;
  _syncline_output_size(): number;
  _syncline_allocate(size: number): number;
  _syncline_free(memory: number): void;
  // A view of the memory; another one after every call that may let the memory grow.
  readonly HEAPU8: Uint8Array;
}

export interface SynclineModuleOptions {
  // Where the files live: a StorageFiles (js/syncline/src/storage/storage.ts).
  storage: object;
  // The bytes of syncline.wasm; without them they are fetched from where locateFile says.
  wasmBinary?: ArrayBuffer | Uint8Array;
  locateFile?: (file: string) => string;
  print?: (text: string) => void;
  printErr?: (text: string) => void;
}

export default function createSyncline(options: SynclineModuleOptions): Promise<SynclineModule>;
