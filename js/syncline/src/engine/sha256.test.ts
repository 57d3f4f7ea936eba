// SHA-256 without a secure context, against Node's.
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { sha256 } from "./sha256.ts";

it("is SHA-256 for every length of its last block", () => {
  for (let size = 0; size < 200; ++size) {
    const bytes = Uint8Array.from({ length: size }, (_, index) => (index * 31 + size) & 0xff);
    const expected = createHash("sha256").update(bytes).digest("hex");
    expect(Buffer.from(sha256(bytes)).toString("hex")).toBe(expected);
  }
});
