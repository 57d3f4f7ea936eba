// The hooks, rendered once: what they show before anything changes.
import { createElement, type ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { expect, it } from "vitest";
import { openAs, until } from "../testing/fixture.ts";
import {
  SynclineProvider,
  usePendingMutations,
  useRefusedMutations,
  useSyncStatus,
} from "./index.ts";
import { LiveSql } from "./live-sql.ts";

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

it("keeps a statement's last result for whoever subscribes again, and tells what is wrong with it", async () => {
  const client = await openAs("ada");
  const live = new LiveSql(client, "SELECT 1 + ? AS sum", [2]);
  expect(live.state()).toEqual({});
  live.subscribe(() => {})();
  const stop = live.subscribe(() => {});
  await until("the result", () => live.state().result !== undefined);
  const { result } = live.state();
  expect(result?.rows).toEqual([[3]]);
  stop();
  live.subscribe(() => {});
  expect(live.state().result).toBe(result);

  const wrong = new LiveSql(client, "DELETE FROM notes", []);
  wrong.subscribe(() => {});
  await until("the error", () => wrong.state().error !== undefined);
  expect(wrong.state().error?.message).toMatch(/only SELECT/);
  await client.close();
});
