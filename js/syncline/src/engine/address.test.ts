// Addresses of functions: names, references, handles, and those into components.
import {
  anyApi,
  componentsGeneric,
  getFunctionAddress,
  makeFunctionReference,
} from "convex/server";
import { expect, it } from "vitest";
import { addressOf, type FunctionAddress, handleOf, resolveAddress } from "./address.ts";

it.each<[FunctionAddress, string, string, string]>([
  [{ name: "messages:list" }, "", "", "messages:list"],
  [{ name: "dir/messages.js:list" }, "", "", "dir/messages:list"],
  [{ name: "messages" }, "", "", "messages:default"],
  [{ name: "messages:list" }, "box", "box", "messages:list"],
  [{ reference: "_reference/childComponent/box/lib/do" }, "", "box", "lib:do"],
  [{ reference: "_reference/childComponent/inner/a/b/do" }, "box", "box/inner", "a/b:do"],
  [{ functionHandle: "function://box;lib:do" }, "other", "box", "lib:do"],
  [{ functionHandle: "function://;lib:do" }, "box", "", "lib:do"],
])("%j from %j is %j %j", (address, from, component, path) => {
  expect(resolveAddress(address, from)).toEqual({ component, path });
});

it.each([
  "messages:list",
  "function://box;lib:do",
  makeFunctionReference<"query">("messages:list"),
  anyApi["dir/messages"]?.["list"],
  (componentsGeneric() as Record<string, Record<string, Record<string, unknown>>>)["box"]?.[
    "lib"
  ]?.["do"],
])("finds the address of a reference as npm convex does", (reference) => {
  expect(addressOf(reference)).toEqual(getFunctionAddress(reference as never));
});

it("refuses what is no reference", () => {
  for (const reference of [undefined, null, 5, {}]) expect(() => addressOf(reference)).toThrow();
});

it("makes handles that lead back from anywhere", () => {
  const path = { component: "box/inner", path: "lib:do" };
  expect(resolveAddress({ functionHandle: handleOf(path) }, "elsewhere")).toEqual(path);
});

it.each<FunctionAddress>([
  { functionHandle: "lib:do" },
  { functionHandle: "function://lib" },
  { reference: "_reference/currentSystemUdfInComponent/x" },
  { reference: "_reference/childComponent/box" },
  {} as FunctionAddress,
])("refuses %j", (address) => {
  expect(() => resolveAddress(address, "")).toThrow();
});
