// The options that the page's client and Node's have in common, checked.
import { SynclineError } from "../error.ts";

// Throws "invalid", naming the option.
export function requireOptions(url: string | undefined, name: string): void {
  if (url !== undefined && !/^https?:\/\/[^\s/]+/.test(url)) {
    throw new SynclineError("invalid", `url "${url}" must begin with http:// or https://`);
  }
  if (!/^[A-Za-z0-9_-]{1,60}$/.test(name)) {
    throw new SynclineError("invalid", `name "${name}": use 1 to 60 letters, digits, "-", "_"`);
  }
}
