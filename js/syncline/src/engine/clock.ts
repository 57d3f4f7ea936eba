// Clock: the time and the timers of what runs by itself (jobs, time limits), so that tests play them.

export interface Clock {
  // Unix milliseconds.
  now(): number;
  // Calls back once. Returns how to take it back.
  after(delayMs: number, run: () => void): () => void;
}

// Timers count no further than this.
const longestMs = 2 ** 31 - 1;

// Whatever Date and setTimeout are at the time of the call: test frameworks replace them.
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(Math.max(delayMs, 0), longestMs));
    return () => clearTimeout(timer);
  },
};
