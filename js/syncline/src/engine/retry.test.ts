// A refused mutation that is run again.
import { expect, it } from "vitest";
import { openAlone } from "../testing/alone.ts";
import type { MutationRun } from "./host.ts";
import type { RefusedReport } from "./operations.ts";

it("is run again also where clients may not call it: an action or a job did", async () => {
  const alone = await openAlone();
  const { engine } = alone;
  const refused: RefusedReport = {
    ...{ tenant: "t", number: 1, code: "denied", message: "no", at: 0, strict: true },
    ...{ table: null, row: null, rule: null, path: "booking:book", args: { group: "a" } },
  };
  await expect(alone.mutation(refused.path, { group: "a" })).rejects.toThrow(
    "Could not find public function for 'booking:book'",
  );
  const runs: MutationRun[] = [];
  await engine.retry(refused, { strict: true }, (run) => runs.push(run));
  expect(runs).toMatchObject([{ outcome: { ok: true, value: '"a"' } }]);
  await engine.retry({ ...refused, path: "booking:no" }, {}, (run) => runs.push(run));
  expect(runs[1]).toMatchObject({ outcome: { failure: { error: { code: "not found" } } } });
  await alone.close();
});
