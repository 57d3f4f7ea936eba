// Unfinished: what is still being written on this device, and waited for before somebody leaves.
const waitMsMax = 3_000;

const unfinished = new Set<() => Promise<unknown>>();

/** Whoever leaves waits for what this promises then. Returns what takes it back. */
export function finishBeforeLeaving(finish: () => Promise<unknown>): () => void {
  unfinished.add(finish);
  return () => unfinished.delete(finish);
}

/** Resolves when all of it has ended, or after a while. */
export async function allFinished(): Promise<void> {
  const ends = [...unfinished].map((finish) => finish());
  const late = new Promise((resolve) => setTimeout(resolve, waitMsMax));
  await Promise.race([Promise.allSettled(ends), late]);
}
