// Secrets: passwords and tokens, only ever kept as hashes. For actions: a salt and a token must be
// random, and deriving a key takes longer than a mutation should hold the database.

// OWASP's number for PBKDF2 with SHA-256.
export const iterationsNow = 600_000;

const randomBytes = (count: number): Uint8Array<ArrayBuffer> =>
  crypto.getRandomValues(new Uint8Array(count));

const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function newSalt(): ArrayBuffer {
  return randomBytes(16).buffer;
}

/** 256 random bits in hex. */
export function newToken(): string {
  return toHex(randomBytes(32));
}

/** SHA-256 in hex. A token is random already, so it needs no salt. */
export async function hashToken(token: string): Promise<string> {
  return toHex(
    new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token))),
  );
}

/** PBKDF2 with SHA-256, 32 bytes. */
export async function derivePassword(
  password: string,
  salt: ArrayBuffer,
  iterations: number,
): Promise<ArrayBuffer> {
  const typed = new TextEncoder().encode(password.normalize("NFKC"));
  const key = await crypto.subtle.importKey("raw", typed, "PBKDF2", false, ["deriveBits"]);
  return await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations },
    key,
    256,
  );
}

/** Compares all bytes, however early they differ. */
export function sameBytes(a: ArrayBuffer, b: ArrayBuffer): boolean {
  const [left, right] = [new Uint8Array(a), new Uint8Array(b)];
  if (left.length !== right.length) return false;
  let difference = 0;
  left.forEach((byte, index) => {
    difference |= byte ^ (right[index] ?? 0);
  });
  return difference === 0;
}
