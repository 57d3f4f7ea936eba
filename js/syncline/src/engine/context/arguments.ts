// Arguments that were left out or are of the wrong kind, in npm convex's words.

export function requireArg(arg: unknown, position: number, method: string, name: string): void {
  if (arg === undefined) {
    throw new TypeError(`Must provide arg ${position} \`${name}\` to \`${method}\``);
  }
}

export function requireNonNegativeInteger(
  arg: number,
  position: number,
  method: string,
  name: string,
): void {
  if (!Number.isInteger(arg) || arg < 0) {
    throw new TypeError(
      `Arg ${position} \`${name}\` to \`${method}\` must be a non-negative integer`,
    );
  }
}
