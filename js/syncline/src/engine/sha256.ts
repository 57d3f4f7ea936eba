// SHA-256 (FIPS 180-4), for files: in an insecure page and in React Native there is no crypto.subtle.

const constants = Uint32Array.from(fractionsOfRoots(64, 3));
const initial = Uint32Array.from(fractionsOfRoots(8, 2));
const blockBytes = 64;

export function sha256(bytes: Uint8Array): Uint8Array {
  const state = initial.slice();
  const schedule = new Uint32Array(64);
  const whole = bytes.length - (bytes.length % blockBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < whole; at += blockBytes) mix(state, schedule, view, at);
  const tail = padding(bytes.subarray(whole), bytes.length);
  for (let at = 0; at < tail.byteLength; at += blockBytes) mix(state, schedule, tail, at);
  const digest = new DataView(new ArrayBuffer(32));
  for (const [index, word] of state.entries()) digest.setUint32(4 * index, word);
  return new Uint8Array(digest.buffer);
}

// What does not fill a block, a one, zeros, and the length in bits.
function padding(rest: Uint8Array, lengthBytes: number): DataView {
  const padded = new Uint8Array(rest.length + 9 > blockBytes ? 2 * blockBytes : blockBytes);
  padded.set(rest);
  padded[rest.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(lengthBytes) * 8n);
  return view;
}

function mix(state: Uint32Array, schedule: Uint32Array, view: DataView, at: number): void {
  for (let i = 0; i < 16; ++i) schedule[i] = view.getUint32(at + 4 * i);
  for (let i = 16; i < 64; ++i) {
    const [before15, before2] = [word(schedule, i - 15), word(schedule, i - 2)];
    const s0 = turn(before15, 7) ^ turn(before15, 18) ^ (before15 >>> 3);
    const s1 = turn(before2, 17) ^ turn(before2, 19) ^ (before2 >>> 10);
    schedule[i] = word(schedule, i - 16) + s0 + word(schedule, i - 7) + s1;
  }
  let a = word(state, 0);
  let b = word(state, 1);
  let c = word(state, 2);
  let d = word(state, 3);
  let e = word(state, 4);
  let f = word(state, 5);
  let g = word(state, 6);
  let h = word(state, 7);
  for (let i = 0; i < 64; ++i) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + word(constants, i) + word(schedule, i)) | 0;
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    // One by one: an array for it costs five times the time.
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) {
    state[index] = word(state, index) + value;
  }
}

function word(words: Uint32Array, index: number): number {
  return words[index] as number;
}

function turn(value: number, bits: number): number {
  return (value >>> bits) | (value << (32 - bits));
}

// The first 32 bits of the fractions of the roots of the first primes.
function fractionsOfRoots(count: number, root: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; ++candidate) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes.map((prime) => {
    const value = root === 2 ? Math.sqrt(prime) : Math.cbrt(prime);
    return ((value - Math.floor(value)) * 2 ** 32) >>> 0;
  });
}
