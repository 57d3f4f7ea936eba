// Asking a worker by name: the page's side, and the worker's.

export type Commands = Record<string, (input: never) => unknown>;

interface Request {
  id: number;
  command: string;
  input: unknown;
}

type Answer = { id: number; value: unknown } | { id: number; error: string };

export class WorkerRequests {
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private next = 1;

  constructor(private readonly worker: Worker) {
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      this.waiting.get(data.id)?.(data);
      this.waiting.delete(data.id);
    });
    worker.addEventListener("error", ({ message }) => {
      for (const [id, settle] of this.waiting) settle({ id, error: message || "no script" });
      this.waiting.clear();
    });
  }

  ask<Value>(command: string, input: unknown): Promise<Value> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, (answer) => {
        if ("error" in answer) reject(new Error(`${command}: ${answer.error}`));
        else resolve(answer.value as Value);
      });
      this.worker.postMessage({ id, command, input } satisfies Request);
    });
  }
}

export function answerRequests(commands: Commands): void {
  self.addEventListener("message", async ({ data }: MessageEvent<Request>) => {
    const { id, command, input } = data;
    try {
      const value: unknown = await commands[command]?.(input as never);
      postMessage({ id, value } satisfies Answer);
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      postMessage({ id, error: text } satisfies Answer);
    }
  });
}
