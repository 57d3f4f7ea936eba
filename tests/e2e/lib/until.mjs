// until: waits for a condition with a deadline, and says what it waited for.
const pollMs = 25;

export async function until(what, condition, deadlineMs = 15_000) {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`after ${deadlineMs / 1000} s still not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
