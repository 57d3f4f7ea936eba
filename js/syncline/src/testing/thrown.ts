// What a test's call threw: the very object, with its class and stack, which the engine's outcome tells as
// data only.
import { AsyncLocalStorage } from "node:async_hooks";

interface Note {
  thrown: unknown;
}

const current = new AsyncLocalStorage<Note>();

export async function noteThrown<Result>(
  run: () => Promise<Result>,
): Promise<{ result: Result; thrown: unknown }> {
  const note: Note = { thrown: undefined };
  const result = await current.run(note, run);
  return { result, thrown: note.thrown };
}

/** Does `work`; the last one to end is the function that the test called. */
export async function noting<Result>(work: () => Promise<Result>): Promise<Result> {
  const note = current.getStore();
  try {
    const result = await work();
    if (note) note.thrown = undefined;
    return result;
  } catch (error) {
    if (note) note.thrown = error;
    throw error;
  }
}
