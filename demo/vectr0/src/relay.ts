// Relay: where it is, and the tokens that its development mode hands out for the demo's people.
//
// Tokens are remembered on this device, so that the page works after a reload without a network.
import type { Person } from "./people.ts";

const fetchTimeoutMs = 4000;
const tokenKey = (subject: string) => `vectr0.token.${subject}`;

/** The relay serves this page itself. */
export const relayOrigin = location.origin;

/** A new token from the relay; the one of last time if the relay cannot be asked; else null. */
export async function fetchToken(person: Person): Promise<string | null> {
  try {
    const response = await fetch(new URL("/dev/token", relayOrigin), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        iss: "vectr0",
        sub: person.subject,
        name: person.name,
        email: person.email,
      }),
      signal: AbortSignal.timeout(fetchTimeoutMs),
    });
    if (response.ok) {
      const { token } = (await response.json()) as { token: string };
      localStorage.setItem(tokenKey(person.subject), token);
      return token;
    }
  } catch {
    // Offline. An expired token still says whose data is on this device.
  }
  return storedToken(person);
}

export function storedToken(person: Person): string | null {
  return localStorage.getItem(tokenKey(person.subject));
}
