// The part of vitest that the storage contract uses, for a worker in a browser: the same `expect`, and a
// runner that goes through the tests in order.
import { JestAsymmetricMatchers, JestChaiExpect, JestExtend } from "@vitest/expect";
import * as chai from "chai";

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);
export const expect = chai.expect;

type Step = () => unknown;
interface Group {
  title: string;
  tests: { name: string; run: Step }[];
  after: Step[];
}

const groups: Group[] = [{ title: "", tests: [], after: [] }];
const current = (): Group => groups[groups.length - 1] as Group;

export function describe(title: string, body: Step): void {
  groups.push({ title, tests: [], after: [] });
  body();
  groups.push({ title: "", tests: [], after: [] });
}

export function it(name: string, run: Step): void {
  current().tests.push({ name, run });
}

export function afterEach(step: Step): void {
  current().after.push(step);
}

export interface TestResult {
  name: string;
  error?: string;
}

export async function runAll(): Promise<TestResult[]> {
  const results: TestResult[] = [];
  for (const { title, tests, after } of groups) {
    for (const { name, run } of tests) {
      const result: TestResult = { name: `${title}: ${name}` };
      for (const step of [run, ...after]) {
        try {
          await step();
        } catch (error) {
          result.error ??= String(error instanceof Error ? error.stack : error);
        }
      }
      results.push(result);
    }
  }
  return results;
}
