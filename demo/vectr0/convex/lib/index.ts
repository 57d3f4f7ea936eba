// Small helpers that the functions share: time, text and dates as people type them.

/** Now, in milliseconds; frozen within one function. */
export function getCurrentTimestamp(): number {
  return Date.now();
}

/** Text without the spaces around it. Throws, naming the field, if it is empty or too long. */
export function requireText(field: string, text: string, lengthMax: number): string {
  const trimmed = text.trim();
  if (trimmed === "") throw new Error(`${field} must not be empty`);
  if (trimmed.length > lengthMax) {
    throw new Error(`${field} must not be longer than ${lengthMax} characters`);
  }
  return trimmed;
}

/** A lower-case address. Throws if it cannot be one. */
export function requireEmail(text: string): string {
  const email = requireText("Email", text, 254).toLowerCase();
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) throw new Error("Email must be a valid address");
  return email;
}

/** Throws unless the end is no earlier than the start; both in milliseconds. */
export function requirePeriod(startDate: number, endDate: number): void {
  if (!Number.isFinite(startDate) || !Number.isFinite(endDate)) {
    throw new Error("Start and end must be dates");
  }
  if (endDate < startDate) throw new Error("The end must not be before the start");
}

/** The form of a name for addresses: "Harbor Clinic" becomes "harbor-clinic". */
export function toSlug(name: string): string {
  const slug = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return slug === "" ? "organization" : slug;
}
