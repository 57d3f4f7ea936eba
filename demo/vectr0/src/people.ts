// People: who can sign in here. The demo's people, and those that somebody typed in on this device.
import type { Person as SignedIn } from "../../lib/src/relay.ts";
import demo from "./people.json";

export interface Person extends SignedIn {
  note: string;
}

export const demoPeople: readonly Person[] = demo;

const storageKey = "vectr0.people";

/** The people that were typed in on this device, newest last. */
export function otherPeople(): Person[] {
  const text = localStorage.getItem(storageKey);
  if (text === null) return [];
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.filter(isPerson) : [];
  } catch {
    return [];
  }
}

export function addPerson(name: string, email: string): Person {
  const address = email.trim().toLowerCase();
  const known = [...demoPeople, ...otherPeople()].find((person) => person.email === address);
  if (known) return known;
  const person: Person = {
    subject: toSubject(address),
    name: name.trim(),
    email: address,
    note: address,
  };
  localStorage.setItem(storageKey, JSON.stringify([...otherPeople(), person]));
  return person;
}

// Readable, and different for different addresses: "a-b-example-1f0c3a77".
function toSubject(address: string): string {
  let hash = 0x811c9dc5; // FNV-1a, 32 bits
  for (const letter of address) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  const readable = address.replace(/[^a-z0-9]+/g, "-").slice(0, 40);
  return `${readable}-${(hash >>> 0).toString(16)}`;
}

export function findPerson(subject: string | null): Person | undefined {
  return [...demoPeople, ...otherPeople()].find((person) => person.subject === subject);
}

function isPerson(value: unknown): value is Person {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Record<string, unknown>;
  return ["subject", "name", "email", "note"].every((name) => typeof fields[name] === "string");
}
