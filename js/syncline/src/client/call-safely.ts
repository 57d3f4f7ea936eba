// callSafely: calls back into the application. What it throws is its own affair: it is reported as any
// uncaught error is, and does not stop us in the middle of our work.

export function callSafely(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
