// Which function a call means: npm convex names it by path, by reference into a component, or by handle.
import { SynclineError } from "../error.ts";

// What npm convex's getFunctionAddress gives.
export type FunctionAddress =
  | { name: string }
  // "_reference/childComponent/<name>/<folder>/<file>/<function>"
  | { reference: string }
  // What createFunctionHandle gave.
  | { functionHandle: string };

const handlePrefix = "function://";
const functionName = Symbol.for("functionName");
const referencePath = Symbol.for("toReferencePath");

// What a function is called by: a path, a handle, or a reference of npm convex, which carries its address
// under symbols. (The package's getFunctionAddress would bring all of convex/server with it.)
export function addressOf(reference: unknown): FunctionAddress {
  if (typeof reference === "string") {
    return reference.startsWith(handlePrefix) ? { functionHandle: reference } : { name: reference };
  }
  const marks = reference as Record<symbol, string | undefined> | null | undefined;
  const name = marks?.[functionName];
  if (name) return { name };
  const path = marks?.[referencePath];
  if (path) return { reference: path };
  throw new Error(`${reference} is not a functionReference`);
}

export interface FunctionPath {
  component: string; // "" is the application
  path: string; // canonical: "dir/file:name"
}

// `from`: the component of the function that calls. Throws "invalid" for what is no address.
export function resolveAddress(address: FunctionAddress, from: string): FunctionPath {
  if ("name" in address && typeof address.name === "string") {
    return { component: from, path: canonicalPath(address.name) };
  }
  if ("functionHandle" in address && typeof address.functionHandle === "string") {
    return resolveHandle(address.functionHandle);
  }
  if ("reference" in address && typeof address.reference === "string") {
    return resolveReference(address.reference, from);
  }
  throw new SynclineError("invalid", `${JSON.stringify(address)} names no function`);
}

export function handleOf({ component, path }: FunctionPath): string {
  return `${handlePrefix}${component};${path}`;
}

function resolveHandle(handle: string): FunctionPath {
  const semicolon = handle.indexOf(";");
  if (!handle.startsWith(handlePrefix) || semicolon < 0) {
    throw new SynclineError("invalid", `"${handle}" is no function handle`);
  }
  return {
    component: handle.slice(handlePrefix.length, semicolon),
    path: canonicalPath(handle.slice(semicolon + 1)),
  };
}

function resolveReference(reference: string, from: string): FunctionPath {
  const [prefix, kind, name, ...path] = reference.split("/");
  const exported = path.pop();
  if (prefix !== "_reference" || kind !== "childComponent" || !name || !exported) {
    throw new SynclineError("invalid", `"${reference}" is no reference to a component's function`);
  }
  return {
    component: from === "" ? name : `${from}/${name}`,
    path: canonicalPath(`${path.join("/")}:${exported}`),
  };
}

// "dir/file:name" stays; "dir/file" is its default export; ".js" is dropped as Convex does.
export function canonicalPath(path: string): string {
  const colon = path.lastIndexOf(":");
  const [module, name] =
    colon < 0 ? [path, "default"] : [path.slice(0, colon), path.slice(colon + 1)];
  return `${module.replace(/\.js$/, "")}:${name}`;
}

export function splitPath(path: string): { module: string; name: string } {
  const colon = path.lastIndexOf(":");
  return { module: path.slice(0, colon), name: path.slice(colon + 1) };
}

// For messages: which function, and of which component.
export function describePath({ component, path }: FunctionPath): string {
  return component === "" ? path : `${path} of the component ${component}`;
}
