// The line in which heavy actions of all alerts wait for each other: one runs at a time, and only so many may wait.

/** V8 has one sampler of the heap, and a machine so many cores; and a burst of alerts must not gather work for an hour. */
export class HeavyLine<T> {
  private readonly max: number;
  private readonly shared = new Map<string, Promise<T>>();
  private last: Promise<unknown> = Promise.resolve();
  private count = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** Null: there is room. Else why not. */
  get refusal(): string | null {
    return this.count < this.max ? null : `${this.count} heavy actions are under way or wait, the most there may be`;
  }

  /** What runs or waits under this name, for those who may share it. */
  underWay(name: string): Promise<T> | undefined {
    return this.shared.get(name);
  }

  /** Calls work when all that came before it have ended. shareAs: the name under which others may have its result; null: nobody may. */
  enter(shareAs: string | null, work: () => Promise<T>): Promise<T> {
    this.count++;
    const result = this.last.then(work).finally(() => {
      this.count--;
      if (shareAs !== null) this.shared.delete(shareAs);
    });
    if (shareAs !== null) this.shared.set(shareAs, result);
    this.last = result.catch(() => {});
    return result;
  }
}
