// The page that run.mjs drives: tests() names what there is, test(name) runs it on a stage of its own.
import { clients } from "./clients.test.tsx";
import { queries } from "./queries.test.tsx";
import { openStage, type Stage } from "./stage.tsx";
import { writes } from "./writes.test.tsx";

export type Tests = Record<string, (stage: Stage) => Promise<void>>;

declare global {
  var tests: () => string[];
  var test: (name: string) => Promise<void>;
}

const all: Tests = { ...queries, ...writes, ...clients };

globalThis.tests = () => Object.keys(all);
globalThis.test = async (name) => {
  const stage = openStage();
  try {
    await all[name]?.(stage);
  } finally {
    await stage.close();
  }
};
