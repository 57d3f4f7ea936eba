// StrictRuns: strict mutations on the database of who is signed in: it gives runStrictly what a run is there,
// and when the device has caught up.
import type { StrictOptions } from "../engine/application.ts";
import type { Engine } from "../engine/engine.ts";
import type { MutationRun } from "../engine/host.ts";
import type { Outcome } from "../engine/outcome.ts";
import { type ErrorData, SynclineError } from "../error.ts";
import { CaughtUp } from "./caught-up.ts";
import { isSamePerson, type Person } from "./person.ts";
import type { Reporter } from "./reporter.ts";
import { runStrictly, type StrictAttempt, type StrictHost } from "./strict.ts";
import { keyOf } from "./types.ts";

// One run of a mutation; what comes of it is told before any event of its commit.
export type RunOnce = (engine: Engine, onApplied: (run: MutationRun) => void) => Promise<void>;

export interface StrictSurroundings {
  // The engine of who is signed in. Throws if it cannot be opened.
  engine(): Promise<Engine>;
  person(): Person;
  reporter: Pick<Reporter, "hide" | "show">;
  // A run has ended: sees to its consequences, and gives the relay's decision; null: accepted.
  ended(run: MutationRun): Promise<ErrorData | null>;
}

export class StrictRuns {
  // To be told of the connection.
  readonly caughtUp = new CaughtUp();

  constructor(private readonly around: StrictSurroundings) {}

  async run(path: string, options: StrictOptions, once: RunOnce): Promise<Outcome> {
    await this.around.engine().catch(() => {}); // who is signing in will have
    return runStrictly(path, options, this.hostOf(once));
  }

  // A scheduled one, which is run anew when it ends with "offline": then nobody need hear of a refusal before.
  runJob(path: string, options: StrictOptions, once: RunOnce): Promise<Outcome> {
    const host = this.hostOf(once);
    const silent: StrictHost = { ...host, show: (key) => void host.dismiss(key) };
    return runStrictly(path, { ...options, offline: "fail" }, silent);
  }

  private hostOf(once: RunOnce): StrictHost {
    const { around, caughtUp } = this;
    const person = around.person();
    const engineOfPerson = async (): Promise<Engine> => {
      const engine = await around.engine();
      if (isSamePerson(person, around.person())) return engine;
      throw new SynclineError("unavailable", "signed out before it was run to its end");
    };
    return {
      caughtUp: async (offline) => {
        await engineOfPerson();
        await caughtUp.wait(offline);
      },
      attempt: async () => {
        const engine = await engineOfPerson();
        return new Promise<StrictAttempt>((resolve, reject) => {
          once(engine, (run) => {
            const decided = around.ended(run);
            resolve({ outcome: run.outcome, key: keyOf(run.committed), decided });
          }).catch(reject);
        });
      },
      hide: (key) => around.reporter.hide(key),
      show: (key) => around.reporter.show(key),
      dismiss: async (key) => {
        // Where that fails, the refusal is told of after all.
        await engineOfPerson()
          .then((engine) => engine.dismiss(key.tenant, key.number))
          .catch(() => {});
        around.reporter.show(key);
      },
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    };
  }
}
