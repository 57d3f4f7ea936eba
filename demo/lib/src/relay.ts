// Relay: where it is, and the tokens that its development mode hands out for the demo's people.
//
// Tokens are remembered on this device, so that the page works after a reload without a network.

export interface Person {
  // Names the person in tokens, in the address and in the local database's name.
  subject: string;
  name: string;
  email: string;
}

const fetchTimeoutMs = 4000;
const tokenKey = (demo: string, { subject }: Person) => `${demo}.token.${subject}`;

/** The relay serves this page itself. */
export const relayOrigin = location.origin;

/** A new token from the relay; the one of last time if the relay cannot be asked; else null. */
export async function fetchToken(demo: string, person: Person): Promise<string | null> {
  try {
    const response = await fetch(new URL("/dev/token", relayOrigin), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        iss: demo,
        sub: person.subject,
        name: person.name,
        email: person.email,
      }),
      signal: AbortSignal.timeout(fetchTimeoutMs),
    });
    if (response.ok) {
      const { token } = (await response.json()) as { token: string };
      localStorage.setItem(tokenKey(demo, person), token);
      return token;
    }
  } catch {
    // Offline. An expired token still says whose data is on this device.
  }
  return storedToken(demo, person);
}

export function storedToken(demo: string, person: Person): string | null {
  return localStorage.getItem(tokenKey(demo, person));
}
