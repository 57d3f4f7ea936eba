// Watched: a value that can be read at any time and that tells of its changes.
import { callSafely } from "./call-safely.ts";

export class Watched<Value> {
  private value: Value;
  private text: string;
  private readonly callbacks = new Set<(value: Value) => void>();

  constructor(value: Value) {
    this.value = value;
    this.text = JSON.stringify(value);
  }

  get(): Value {
    return this.value;
  }

  // Values of equal JSON are equal: the old object stays and nobody is called.
  set(value: Value): void {
    const text = JSON.stringify(value);
    if (text === this.text) return;
    this.value = value;
    this.text = text;
    for (const callback of [...this.callbacks]) callSafely(() => callback(value));
  }

  on(callback: (value: Value) => void): () => void {
    const own = (value: Value): void => callback(value);
    this.callbacks.add(own);
    return () => void this.callbacks.delete(own);
  }
}
