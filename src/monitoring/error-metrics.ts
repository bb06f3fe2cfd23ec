// Errors counted by kind: of commands, and of the service as a whole.
import { ERRORS } from '../core/instrument-names.js';
import { ERROR_KINDS_MAX } from '../core/limits.js';
import type { Instruments } from '../host/instruments.js';
import type { Counter } from '../host/values.js';
import { BoundedNames } from './bounded-names.js';
import { errorKind } from './error-kind.js';

/** One counter a kind, {kind}; beyond 50 kinds the rest is counted as (other), so that their sum is exact. */
export class ErrorCounters {
  private readonly counters: BoundedNames<Counter>;

  constructor(instruments: Instruments, name: string) {
    this.counters = new BoundedNames(ERROR_KINDS_MAX, (kind) => instruments.counter(name, { kind }));
  }

  /** Counts an error, or the kind that is named. */
  count(error: unknown): void {
    this.counters.get(errorKind(error)).add();
  }
}

/** `metrics.errors`: the service's errors by kind. Total and rate are the sum of the counters `errors` and of their deltas. */
export class ErrorMetrics {
  private readonly counters: ErrorCounters;

  /** @internal Use `new MetricsRegistry().errors`. */
  constructor(instruments: Instruments) {
    this.counters = new ErrorCounters(instruments, ERRORS);
  }

  /**
   * Counts one error by its kind: `code`, else `name`, else its class; text is the kind itself.
   * The registry calls this nowhere: what fails a command or a projection has counters of its own, and would count twice.
   */
  record(error: unknown): void {
    this.counters.count(error);
  }
}
