// Text as people type it: trimmed, bounded, and in the form that the tables keep.
import { ConvexError } from "convex/values";

/** Text without the spaces around it. Throws, naming what it is, unless its length is in bounds. */
export function cleanText(what: string, typed: string, bounds: { min?: number; max: number }) {
  const { min = 1, max } = bounds;
  const text = typed.trim();
  if (text.length < min || text.length > max) {
    throw new ConvexError(`${what} must have ${min} to ${max} characters`);
  }
  return text;
}

/** A lower-case address. Throws if it cannot be one. */
export function cleanEmail(typed: string): string {
  const email = cleanText("An address", typed, { max: 254 }).toLowerCase();
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
    throw new ConvexError(`"${email}" is no address`);
  }
  return email;
}

/** Up to 8 different tags in lower case, in the order they were typed. */
export function cleanTags(typed: readonly string[]): string[] {
  const tags = new Set(typed.map((tag) => cleanText("A tag", tag, { max: 24 }).toLowerCase()));
  if (tags.size > 8) throw new ConvexError("A post can have up to 8 tags");
  return [...tags];
}

/** A name's form in addresses: "Harbor Rowers" becomes "harbor-rowers". */
export function slugOf(name: string): string {
  const words = name
    .normalize("NFKD")
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return words?.join("-") ?? "community";
}
