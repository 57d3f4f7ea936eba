// Relay: where it is, and the tokens that its development mode hands out for the demo's people.
//
// Both are remembered on this device, so that the page works after a reload without a network.
import type { Person } from "./people.ts";

const addressKey = "vectr0.relay";
const tokenKey = (subject: string) => `vectr0.token.${subject}`;
const fetchTimeoutMs = 4000;

/**
 * The relay's address, from /relay.json beside the page: {"port": 8787} on the page's host, or
 * {"url": "https://..."}. A page that the relay itself serves has no such file.
 */
export async function findRelay(): Promise<URL> {
  const here = new URL("/", location.href);
  const known = localStorage.getItem(addressKey);
  let found = known === null ? here : new URL(known);
  try {
    const response = await fetch("/relay.json", { signal: AbortSignal.timeout(fetchTimeoutMs) });
    if (response.ok) found = addressFrom(await response.json(), here);
  } catch {
    // Offline, or no such file: what is known already has to do.
  }
  localStorage.setItem(addressKey, found.href);
  return found;
}

function addressFrom(answer: unknown, here: URL): URL {
  const { url, port } = answer as { url?: unknown; port?: unknown };
  if (typeof url === "string") return new URL(url);
  const address = new URL(here);
  if (typeof port === "number") address.port = String(port);
  return address;
}

/** A new token from the relay; the one of last time if the relay cannot be asked; else null. */
export async function fetchToken(relay: URL, person: Person): Promise<string | null> {
  const key = tokenKey(person.subject);
  try {
    const response = await fetch(new URL("/dev/token", relay), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ sub: person.subject, name: person.name, email: person.email }),
      signal: AbortSignal.timeout(fetchTimeoutMs),
    });
    if (response.ok) {
      const { token } = (await response.json()) as { token: string };
      localStorage.setItem(key, token);
      return token;
    }
  } catch {
    // Offline. An expired token still says who owns the data on this device.
  }
  return storedToken(person);
}

export function storedToken(person: Person): string | null {
  return localStorage.getItem(tokenKey(person.subject));
}
