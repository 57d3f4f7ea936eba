// The hooks, rendered once: what they show before anything changes.
import { createElement, type ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { expect, it } from "vitest";
import { openAs } from "../testing/fixture.ts";
import {
  SynclineProvider,
  usePendingMutations,
  useRefusedMutations,
  useSyncStatus,
} from "./index.ts";

function Line(): ReactNode {
  const { connection, storage } = useSyncStatus();
  return `${connection} ${storage} ${usePendingMutations().length} ${useRefusedMutations().length}`;
}

it("shows the client of the provider above", async () => {
  const client = await openAs("ada");
  const page = createElement(SynclineProvider, { client }, createElement(Line));
  expect(renderToString(page)).toBe("offline memory 0 0");
  await client.close();
});

it("says that the provider is missing", () => {
  expect(() => renderToString(createElement(Line))).toThrow(/no SynclineProvider above/);
});
