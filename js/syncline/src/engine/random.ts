// SeededRandom: the random numbers of one execution (sfc32). Good enough for ids and shuffles in
// functions; ids of documents come from the core.

export class SeededRandom {
  private a: number;
  private b: number;
  private c: number;
  private counter: number;

  constructor(seed: Uint32Array) {
    [this.a = 0, this.b = 0, this.c = 0, this.counter = 1] = seed;
    for (let round = 0; round < 12; ++round) this.next32();
  }

  static fromSystem(): SeededRandom {
    return new SeededRandom(crypto.getRandomValues(new Uint32Array(4)));
  }

  // Another one, for the next execution.
  fork(): SeededRandom {
    return new SeededRandom(Uint32Array.from({ length: 4 }, () => this.next32()));
  }

  // At least 0 and less than 1, 53 bits.
  next(): number {
    return (this.next32() * 2 ** 21 + (this.next32() >>> 11)) / 2 ** 53;
  }

  fill<View extends ArrayBufferView | null>(array: View): View {
    if (array === null) return array;
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let index = 0; index < bytes.length; ++index) bytes[index] = this.next32() >>> 24;
    return array;
  }

  uuid(): `${string}-${string}-${string}-${string}-${string}` {
    const bytes = this.fill(new Uint8Array(16));
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  private next32(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}
