// until: waits for a condition with a deadline, and says what it waited for. The deadline is for what never
// comes: no test is to fail because a machine is slow.
const pollMs = 25;
export const deadlineMs = 60_000;

export async function until(what, condition) {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`after ${deadlineMs / 1000} s still not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
