// Document ids as text, with the example of Convex's own tests.
import { expect, it } from "vitest";
import { decodeId, encodeForConvex, encodeId, idForText, numberOfTable } from "./ids.ts";

// The example of convex-backend's own test: table 1017, bytes 251, 251², 251³ ...
const convexId = "z43zp6c3e75gkmz1kfwj6mbbx5sw281h";
const convexRow = Uint8Array.from({ length: 16 }, (_, index) => {
  let byte = 251;
  for (let each = 0; each < index; ++each) byte = (byte * 251) & 255;
  return byte;
});

it("reads Convex's ids", () => {
  expect(decodeId(convexId)).toEqual({ table: 1017, row: convexRow });
});

it("reads its own, and gives a row of Convex's the number of our table", () => {
  const id = encodeId("messages", convexRow);
  expect(decodeId(id)).toEqual({ table: numberOfTable("messages"), row: convexRow });
  expect(id).not.toBe(convexId);
});

it("writes ids that Convex takes", () => {
  expect(encodeForConvex("messages", convexRow)).toBe(encodeId("messages", convexRow));
  // As all ids of files there begin.
  expect(encodeForConvex("_storage", convexRow)).toMatch(/^kg/);
});

it("takes nothing else for an id", () => {
  for (const text of ["", "users", "x".repeat(32), `${convexId}0`, convexId.toUpperCase()]) {
    expect(decodeId(text)).toBeUndefined();
  }
  for (let at = 0; at < convexId.length; ++at) {
    const other = convexId[at] === "0" ? "1" : "0";
    expect(decodeId(convexId.slice(0, at) + other + convexId.slice(at + 1))).toBeUndefined();
  }
});

it("gives what is no id the same id every time", () => {
  expect(idForText("users", "user-1")).toBe(idForText("users", "user-1"));
  expect(idForText("users", "user-1")).not.toBe(idForText("users", "user-2"));
  expect(decodeId(idForText("users", "user-1"))?.table).toBe(numberOfTable("users"));
});
