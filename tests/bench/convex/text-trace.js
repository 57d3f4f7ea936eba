// Traces of people who write in one text at once, from a seed: each has a branch of the same beginning,
// types in bursts, deletes, and jumps elsewhere. Positions are of the author's own branch.

const words = ["merge", "offline", "lift", "harbour", "grain", "seven", "quiet", "north", "wire"];

// mulberry32
function randomOf(seed) {
  let state = seed >>> 0;
  return (end) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  };
}

/** @returns {{base: string, branches: {at: number, removed: number, inserted: string}[][]}} */
export function textTrace({ seed, baseLength, authors, operations }) {
  const random = randomOf(seed);
  let base = "";
  while (base.length < baseLength) base += `${words[random(words.length)]} `;
  const branches = Array.from({ length: authors }, () => {
    const edits = [];
    let length = base.length;
    let at = random(length);
    while (edits.length < operations) {
      if (random(12) === 0) at = random(length + 1);
      if (random(6) === 0 && length > 0) {
        const end = Math.min(length, at + 1 + random(4));
        const begin = Math.min(at, end - 1);
        edits.push({ at: begin, removed: end - begin, inserted: "" });
        length -= end - begin;
        at = begin;
        continue;
      }
      // A burst: one edit a key.
      for (const key of `${words[random(words.length)]} `) {
        if (edits.length === operations) break;
        edits.push({ at, removed: 0, inserted: key });
        ++at;
        ++length;
      }
    }
    return edits;
  });
  return { base, branches };
}

/** The text after the edits. */
export function edited(base, edits) {
  let text = base;
  for (const { at, removed, inserted } of edits) {
    text = text.slice(0, at) + inserted + text.slice(at + removed);
  }
  return text;
}
