// One kind of work: a path and the gauge of those under way. Thread: application, each call. Budget: 5 ns beside the path's own calls; bench/registry.
import { isPlainPromise, type Path } from '../host/path.js';
import type { ConcurrencyGauge } from './concurrency-gauge.js';
import { isSlow, offerCommand } from './exemplar-post.js';

/** Token of a path's `start()` when no agent is loaded: nothing is counted then. */
export const INACTIVE = 0;

/** Token of a call that a path counts and does not time. */
const SAMPLED_OUT = -1;

/** Whether a token may be of a path's `start()` with an agent. Whatever else is handed in ends nothing: it must not count as one under way less. */
export const isToken = (token: unknown): boolean => typeof token === 'number' && (token > 0 || token === SAMPLED_OUT);

/** What else an operation leaves behind. Neither may throw. */
export interface OperationObserver<Result> {
  succeeded(result: Result): void;
  /** Answers whether the operation itself went well all the same, as one that ends in a version conflict does. */
  failed(error: unknown): boolean;
}

/** Times an operation and counts it as under way; tokens are the path's, so they cost no allocation. */
export class TimedOperation {
  readonly path: Path;
  private readonly concurrent: ConcurrencyGauge | null;
  /** Whether the slowest are handed over as exemplars. */
  private readonly isCommand: boolean;

  constructor(path: Path, concurrent: ConcurrencyGauge | null, isCommand = false) {
    this.path = path;
    this.concurrent = concurrent;
    this.isCommand = isCommand;
  }

  start(): number {
    const token = this.path.start();
    if (token !== INACTIVE && this.concurrent !== null) this.concurrent.enter();
    return token;
  }

  end(token: number, ok: boolean): void {
    const durationMs = this.path.endTimed(token, ok);
    if (!isToken(token)) return;
    if (this.concurrent !== null) this.concurrent.leave();
    if (this.isCommand && isSlow(durationMs)) offerCommand(this.path, durationMs, ok);
  }

  /**
   * Runs `fn` and returns what it returns; a throw or a rejection goes on to the caller. Promises are timed until they settle, as `Path.time` does it:
   * the one that comes back is derived. Other thenables are timed until `fn` returns, since their `then` may start them. What has ended with `fn` is
   * recorded as synchronous, so that all CPU time within it is its own.
   */
  run<T>(fn: () => T, observer: OperationObserver<NoInfer<Awaited<T>>>): T {
    const token = this.start();
    if (token === INACTIVE) return fn();
    let result: T;
    try {
      result = fn();
    } catch (error) {
      this.endSync(token, observer.failed(error));
      throw error;
    }
    if (isPlainPromise(result)) return this.settle(result, token, observer as OperationObserver<unknown>) as T;
    this.endSync(token, true);
    observer.succeeded(result as Awaited<T>);
    return result;
  }

  /** The token is of a `start` with the agent. */
  private endSync(token: number, ok: boolean): void {
    const durationMs = this.path.endSync(token, ok);
    if (this.concurrent !== null) this.concurrent.leave();
    if (this.isCommand && isSlow(durationMs)) offerCommand(this.path, durationMs, ok);
  }

  private settle<T>(promise: Promise<T>, token: number, observer: OperationObserver<T>): Promise<T> {
    return promise.then(
      (value) => {
        this.end(token, true);
        observer.succeeded(value);
        return value;
      },
      (error: unknown) => {
        this.end(token, observer.failed(error));
        throw error;
      },
    );
  }
}
