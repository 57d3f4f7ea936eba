// What values must be beyond their types, in one place and in words for people.
import { ConvexError } from "convex/values";

/** Text without the spaces around it. Throws, naming the field, if it is empty or too long. */
export function requireText(field: string, text: string, lengthMax: number): string {
  const trimmed = text.trim();
  if (trimmed === "") throw new ConvexError(`${field} is missing`);
  if (trimmed.length > lengthMax) {
    throw new ConvexError(`${field} is longer than ${lengthMax} characters`);
  }
  return trimmed;
}

/** Throws, naming the field, unless the number is within the bounds; absent is right. */
export function requireWithin(
  field: string,
  value: number | undefined,
  min: number,
  max: number,
): void {
  if (value === undefined || (value >= min && value <= max)) return;
  throw new ConvexError(`${field} must be ${min} to ${max}`);
}

/** Throws unless the status may go from `from` to `to`. */
export function requireMove<Status extends string>(
  what: string,
  moves: Readonly<Record<Status, readonly Status[]>>,
  from: Status,
  to: Status,
): void {
  if (moves[from].includes(to)) return;
  const next = moves[from].length > 0 ? `; from there: ${moves[from].join(", ")}` : "";
  throw new ConvexError(`${what} is ${from} and cannot become ${to}${next}`);
}

/** The fields that are given; undefined removes none. */
export function given<Fields extends object>(fields: Fields): Partial<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Partial<Fields>;
}
