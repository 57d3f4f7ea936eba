// Changes of a text, and which text they were made to.
//
// An editor cannot hand a mutation its whole text: what somebody else typed may be in the row and not yet
// in the editor, and would be deleted. It hands over what it changed, and what it changed it in; if the row
// has another text by then, nothing happens and the editor brings its changes up to date (milliseconds
// later: both are on this device). What is concurrent between devices is the text field's to merge.
import { v } from "convex/values";

/** One replacement. Offsets are UTF-16 units of the text before all of the changes, as editors count. */
export interface TextChange {
  from: number;
  to: number;
  insert: string;
}

/** Tells one text from another without carrying it. */
export interface TextVersion {
  length: number;
  hash: number;
}

export const textChangeValidator = v.object({
  from: v.number(),
  to: v.number(),
  insert: v.string(),
});
export const textVersionValidator = v.object({ length: v.number(), hash: v.number() });

/** FNV-1a, 32 bits, over the UTF-16 units. */
export function textVersionOf(text: string): TextVersion {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return { length: text.length, hash: hash >>> 0 };
}

/**
 * The text with the changes; null if it is not the text that they were made to.
 * @throws RangeError if the changes do not lie in the text, one after another.
 */
export function applyTextChanges(
  text: string,
  changes: readonly TextChange[],
  madeTo: TextVersion,
): string | null {
  const version = textVersionOf(text);
  if (version.length !== madeTo.length || version.hash !== madeTo.hash) return null;
  return applyChanges(text, changes);
}

/** @throws RangeError if the changes do not lie in the text, one after another. */
export function applyChanges(text: string, changes: readonly TextChange[]): string {
  let result = "";
  let done = 0;
  for (const { from, to, insert } of changes) {
    const sound = Number.isInteger(from) && Number.isInteger(to);
    if (!sound || from < done || to < from || to > text.length) {
      throw new RangeError(
        `A change of the text from ${from} to ${to} does not lie behind ${done} and within its ` +
          `${text.length} UTF-16 units; give the changes in ascending order, without overlaps`,
      );
    }
    result += text.slice(done, from) + insert;
    done = to;
  }
  return result + text.slice(done);
}
