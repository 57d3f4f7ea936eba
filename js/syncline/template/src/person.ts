// Who is signed in, and their token.
//
// In development the relay hands a token to everyone who asks (--dev-tokens). For the real thing, put your
// identity provider's sign-in and tokens in the place of fetchToken; the relay takes its keys (--jwks).

export interface Person {
  name: string;
  email: string;
}

const key = "lists.person";
const tokenKey = "lists.token";

export function rememberedPerson(): Person | null {
  const text = localStorage.getItem(key);
  return text === null ? null : (JSON.parse(text) as Person);
}

export function remember(person: Person): void {
  localStorage.setItem(key, JSON.stringify(person));
}

export function forget(): void {
  localStorage.removeItem(key);
  localStorage.removeItem(tokenKey);
}

/** The token of last time, so that the page works without a network; an expired one still says whose
 * data is on this device. */
export function rememberedToken(): string | null {
  return localStorage.getItem(tokenKey);
}

/** A new token, or the one of last time if the relay cannot be asked. */
export async function fetchToken({ name, email }: Person): Promise<string | null> {
  try {
    const answer = await fetch("/dev/token", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ iss: "lists", sub: email, name, email }),
      signal: AbortSignal.timeout(4000),
    });
    if (answer.ok) {
      const { token } = (await answer.json()) as { token: string };
      localStorage.setItem(tokenKey, token);
    }
  } catch {
    // No network.
  }
  return rememberedToken();
}
