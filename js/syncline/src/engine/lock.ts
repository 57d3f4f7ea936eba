// ReadWriteLock: many readers or one writer, in the order of arrival, so that neither starves. A reader
// that comes after a waiting writer waits behind it.

type Waiting = { isWriter: boolean; start(): void };

export class ReadWriteLock {
  private readers = 0;
  private isWriting = false;
  private readonly waiting: Waiting[] = [];

  read<Result>(work: () => Promise<Result> | Result): Promise<Result> {
    return this.run(false, work);
  }

  write<Result>(work: () => Promise<Result> | Result): Promise<Result> {
    return this.run(true, work);
  }

  private async run<Result>(
    isWriter: boolean,
    work: () => Promise<Result> | Result,
  ): Promise<Result> {
    if (this.waiting.length > 0 || !this.isFree(isWriter)) {
      await new Promise<void>((start) => this.waiting.push({ isWriter, start }));
    } else {
      this.enter(isWriter);
    }
    try {
      return await work();
    } finally {
      this.leave(isWriter);
    }
  }

  private isFree(isWriter: boolean): boolean {
    return !this.isWriting && (!isWriter || this.readers === 0);
  }

  private enter(isWriter: boolean): void {
    if (isWriter) this.isWriting = true;
    else ++this.readers;
  }

  // Whoever may start next is entered here, not when its turn to run comes, so that nobody slips in.
  private leave(isWriter: boolean): void {
    if (isWriter) this.isWriting = false;
    else --this.readers;
    for (let next = this.waiting[0]; next && this.isFree(next.isWriter); next = this.waiting[0]) {
      this.waiting.shift();
      this.enter(next.isWriter);
      next.start();
    }
  }
}
