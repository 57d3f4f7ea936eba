// Core: the C++ core as a WebAssembly module, and CoreEngine: one open database of it. A thin, typed
// face of shared/abi/syncline.h: calls are synchronous, errors become SynclineError.
import { type ErrorData, isErrorCode, SynclineError } from "../error.ts";
import type { StorageFiles } from "../storage/storage.ts";
import { type Operation, operation } from "./operations.ts";

// What this file uses of the Emscripten module (wasm/syncline.d.mts).
export interface CoreModule {
  _syncline_open(input: number, size: number): number;
  _syncline_close(engine: number): void;
  _syncline_call(engine: number, operation: number, input: number, size: number): number;
  _syncline_output(): number;
  _syncline_output_size(): number;
  _syncline_allocate(size: number): number;
  _syncline_free(memory: number): void;
  readonly HEAPU8: Uint8Array;
}

export interface CoreModuleOptions {
  storage: StorageFiles;
  wasmBinary?: Uint8Array;
  locateFile?: (file: string) => string;
}
export type CoreModuleFactory = (options: CoreModuleOptions) => Promise<CoreModule>;

export interface CoreOpenOptions {
  path: string;
  durability: "full" | "relaxed" | "none";
  application: { schema: unknown; rules: unknown };
  /** A database that was set aside as corrupt, to take unsent changes from. */
  salvage?: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
// Inputs up to this size share one buffer; a larger one gets its own.
const sharedInputBytes = 256 << 10;

export class Core {
  private readonly shared: number;
  private stopped: SynclineError | null = null;

  constructor(
    private readonly module: CoreModule,
    private readonly onStopped: (error: SynclineError) => void = () => {},
  ) {
    this.shared = module._syncline_allocate(sharedInputBytes);
    if (this.shared === 0) throw new SynclineError("unavailable", "the core has no memory left");
  }

  // Throws "corrupt" for a file that is no database any more.
  open(options: CoreOpenOptions): CoreEngine {
    const seed = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
      byte.toString(16).padStart(2, "0"),
    ).join("");
    const input = JSON.stringify({ ...options, vfs: "syncline", seed });
    const engine = this.withText(input, (at, size) =>
      this.guard(() => this.module._syncline_open(at, size)),
    );
    if (engine === 0) throw this.error();
    return new CoreEngine(this, engine);
  }

  close(engine: number): void {
    this.guard(() => this.module._syncline_close(engine));
  }

  // Text in; the output stays valid until the next call.
  callText(engine: number, operation: Operation, input: string): void {
    const status = this.withText(input, (at, size) =>
      this.guard(() => this.module._syncline_call(engine, operation, at, size)),
    );
    if (status !== 0) throw this.error();
  }

  callBytes(engine: number, operation: Operation, input: Uint8Array): void {
    const status = this.withMemory(input.length, (at) => {
      this.module.HEAPU8.set(input, at);
      return this.guard(() => this.module._syncline_call(engine, operation, at, input.length));
    });
    if (status !== 0) throw this.error();
  }

  outputText(): string {
    return decoder.decode(this.outputView());
  }

  // A copy: the original moves with the next call.
  outputBytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.outputView());
  }

  // In the core's memory: of use until the next call only.
  outputView(): Uint8Array {
    const at = this.module._syncline_output();
    return this.module.HEAPU8.subarray(at, at + this.module._syncline_output_size());
  }

  private withText<Result>(text: string, use: (at: number, size: number) => Result): Result {
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    if (text.length * 3 <= sharedInputBytes) {
      const target = this.module.HEAPU8.subarray(this.shared, this.shared + sharedInputBytes);
      return use(this.shared, encoder.encodeInto(text, target).written);
    }
    const bytes = encoder.encode(text);
    return this.withMemory(bytes.length, (at) => {
      this.module.HEAPU8.set(bytes, at);
      return use(at, bytes.length);
    });
  }

  private withMemory<Result>(size: number, use: (at: number) => Result): Result {
    if (size <= sharedInputBytes) return use(this.shared);
    const at = this.module._syncline_allocate(size);
    if (at === 0)
      throw new SynclineError("unavailable", `the core has no memory for ${size} bytes`);
    try {
      return use(at);
    } finally {
      this.module._syncline_free(at);
    }
  }

  // A trap or an abort leaves the core in no state to go on; the files are as after a crash.
  private guard<Result>(call: () => Result): Result {
    if (this.stopped) throw this.stopped;
    try {
      return call();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const message = `the core has stopped (${why}): reload the page; what was written is kept`;
      this.stopped = new SynclineError("corrupt", message, { cause });
      this.onStopped(this.stopped);
      throw this.stopped;
    }
  }

  private error(): SynclineError {
    const {
      code,
      message = "the core failed",
      ...place
    } = JSON.parse(this.outputText()) as Partial<ErrorData>;
    return new SynclineError(isErrorCode(code) ? code : "corrupt", message, place);
  }
}

export class CoreEngine {
  constructor(
    private readonly core: Core,
    private readonly handle: number,
  ) {}

  // JSON text to JSON text, for what only passes through.
  callText(operation: Operation, input: string): string {
    this.core.callText(this.handle, operation, input);
    return this.core.outputText();
  }

  // JSON text to bytes, which `read` sees where the core keeps them: they are gone with the next call.
  view<Output>(operation: Operation, input: string, read: (bytes: Uint8Array) => Output): Output {
    this.core.callText(this.handle, operation, input);
    return read(this.core.outputView());
  }

  call<Output>(operation: Operation, input: object): Output {
    return JSON.parse(this.callText(operation, JSON.stringify(input))) as Output;
  }

  // JSON to one binary message; empty if there is nothing to send.
  message(operation: Operation, input: object): Uint8Array<ArrayBuffer> {
    this.core.callText(this.handle, operation, JSON.stringify(input));
    return this.core.outputBytes();
  }

  receive(nowMs: number, bytes: Uint8Array): void {
    const input = new Uint8Array(8 + bytes.length);
    new DataView(input.buffer).setBigUint64(0, BigInt(nowMs), true);
    input.set(bytes, 8);
    this.core.callBytes(this.handle, operation.receive, input);
  }

  close(): void {
    this.core.close(this.handle);
  }
}
