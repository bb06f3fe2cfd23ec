// Calls a function of the application's with a time limit and never throws. A call that outlives its limit is not made again until it has ended.

export type CallOutcome =
  | { kind: 'returned'; value: unknown }
  | { kind: 'failed'; error: unknown }
  | { kind: 'timed-out' }
  | { kind: 'still-running' };

/** Rounds come again and again: calls that hang must not pile up. */
export class TimedCall {
  private readonly fn: (given: { signal: AbortSignal }) => unknown;
  private readonly timeoutMs: number;
  private running = false;

  constructor(fn: (given: { signal: AbortSignal }) => unknown, timeoutMs: number) {
    this.fn = fn;
    this.timeoutMs = timeoutMs;
  }

  /** Resolves within the limit, as far as the loop turns; the timer keeps no process alive. At the limit the signal is aborted. */
  make(): Promise<CallOutcome> {
    if (this.running) return Promise.resolve({ kind: 'still-running' });
    this.running = true;
    const abort = new AbortController();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        resolve({ kind: 'timed-out' });
        abort.abort();
      }, this.timeoutMs).unref();
      const end = (outcome: CallOutcome): void => {
        this.running = false;
        clearTimeout(timer);
        resolve(outcome);
      };
      // Within a promise, so that a thenable that throws is caught as well.
      new Promise((settle) => settle(this.fn({ signal: abort.signal }))).then(
        (value) => end({ kind: 'returned', value }),
        (error: unknown) => end({ kind: 'failed', error }),
      );
    });
  }
}
