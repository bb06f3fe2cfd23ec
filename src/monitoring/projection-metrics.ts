// Projections: what they processed, how long batches take, how far behind they are.
import { wallMs } from '../core/clock.js';
import {
  PROJECTION,
  PROJECTION_CHECKPOINTS,
  PROJECTION_ERRORS,
  PROJECTION_EVENT_AT_MS,
  PROJECTION_EVENTS,
  PROJECTION_LAG_MS,
  PROJECTION_POSITION,
  PROJECTION_POSITION_LAG,
  PROJECTION_SKIPPED,
  PROJECTIONS_ACTIVE,
} from '../core/instrument-names.js';
import { PROJECTIONS_MAX } from '../core/limits.js';
import type { Instruments } from '../host/instruments.js';
import type { Counter, Gauge } from '../host/values.js';
import { BoundedNames } from './bounded-names.js';
import { ConcurrencyGauge } from './concurrency-gauge.js';
import { fieldsOf, numberOf } from './read-given.js';
import type { HeadFollower, StoreHead } from './store-head.js';
import { type OperationObserver, TimedOperation } from './timed-operation.js';

/** The last event of those processed or skipped. */
export interface ProcessedAt {
  /** When the event happened, ms since the epoch: the lag is what has passed since. */
  eventAtMs?: number;
  /** Its global position: the position lag is its distance from the store's head, where that is known. */
  position?: number | bigint;
}

const AT = ['eventAtMs', 'position'] as const;

/** `metrics.projections`. */
export class ProjectionMetrics {
  private readonly projections: BoundedNames<ProjectionHandle>;

  /** @internal Use `new MetricsRegistry().projections`. */
  constructor(instruments: Instruments, head: StoreHead) {
    const active = new ConcurrencyGauge(instruments.gauge(PROJECTIONS_ACTIVE));
    this.projections = new BoundedNames(PROJECTIONS_MAX, (name) => new ProjectionHandle(instruments, head, active, name));
  }

  /** The handle of a projection: get it once and keep it. At most 100; further ones are (other). */
  projection(name: string): ProjectionHandle {
    return this.projections.get(name);
  }
}

/** One projection. */
export class ProjectionHandle implements HeadFollower {
  private readonly head: StoreHead;
  private readonly active: ConcurrencyGauge;
  private readonly batches: TimedOperation;
  private readonly observer: OperationObserver<unknown>;
  private readonly counters: { events: Counter; skipped: Counter; errors: Counter; checkpoints: Counter };
  private readonly gauges: { lagMs: Gauge; positionLag: Gauge; position: Gauge; eventAtMs: Gauge };
  private position = Number.NaN;
  private isActive = false;
  /** Set by `lag`: whoever tells the position lag knows it better. */
  private positionLagIsTold = false;

  /** @internal */
  constructor(instruments: Instruments, head: StoreHead, active: ConcurrencyGauge, name: string) {
    const labels = { projection: name };
    this.head = head;
    this.active = active;
    this.batches = new TimedOperation(instruments.path(PROJECTION, labels), null);
    this.counters = {
      events: instruments.counter(PROJECTION_EVENTS, labels),
      skipped: instruments.counter(PROJECTION_SKIPPED, labels),
      errors: instruments.counter(PROJECTION_ERRORS, labels),
      checkpoints: instruments.counter(PROJECTION_CHECKPOINTS, labels),
    };
    this.gauges = {
      lagMs: instruments.gauge(PROJECTION_LAG_MS, labels),
      positionLag: instruments.gauge(PROJECTION_POSITION_LAG, labels),
      position: instruments.gauge(PROJECTION_POSITION, labels),
      eventAtMs: instruments.gauge(PROJECTION_EVENT_AT_MS, labels),
    };
    this.observer = {
      succeeded: () => {},
      failed: () => {
        this.failed();
        return false;
      },
    };
    head.follow(this);
  }

  /** Times one batch and returns what `fn` returns. A throw or a rejection counts one error of the projection and goes on to the caller. */
  run<T>(fn: () => T): T {
    return this.batches.run(fn, this.observer);
  }

  /** Counts events that were processed; with the last of them, how far behind the projection is. */
  processed(events = 1, last?: ProcessedAt): void {
    this.counters.events.add(events);
    if (last !== undefined) this.moveTo(last);
  }

  /** Counts events that the projection has no handler for. They move it on as well. */
  skipped(events = 1, last?: ProcessedAt): void {
    this.counters.skipped.add(events);
    if (last !== undefined) this.moveTo(last);
  }

  /** Counts an error that does not leave a batch under `run`; one that does is counted there. */
  failed(_error?: unknown): void {
    this.counters.errors.add();
  }

  /** Counts a checkpoint that was saved. */
  checkpoint(): void {
    this.counters.checkpoints.add();
  }

  /** How far behind the projection is, by a query of yours: ms between event and processing, and positions. From then on positions are not derived any more. */
  lag(lagMs: number, positions?: number | bigint): void {
    this.gauges.lagMs.set(lagMs);
    if (positions === undefined || Number.isNaN(numberOf(positions))) return;
    this.positionLagIsTold = true;
    this.gauges.positionLag.set(numberOf(positions));
  }

  /** The projection runs: it counts as active until `stopped`. Twice is once. */
  started(): void {
    if (this.isActive) return;
    this.isActive = true;
    this.active.enter();
  }

  stopped(): void {
    if (!this.isActive) return;
    this.isActive = false;
    this.active.leave();
  }

  /** @internal A projection that stands still falls behind with each event that is written, without a call of its own. */
  headMoved(head: number): void {
    if (this.positionLagIsTold || Number.isNaN(this.position)) return;
    this.gauges.positionLag.set(Math.max(0, head - this.position));
  }

  private moveTo(last: ProcessedAt): void {
    const { eventAtMs, position } = fieldsOf(last, AT);
    if (eventAtMs !== undefined && Number.isFinite(eventAtMs)) {
      this.gauges.eventAtMs.set(eventAtMs);
      // The clocks of two hosts differ: an event from the future has no lag.
      this.gauges.lagMs.set(Math.max(0, wallMs() - eventAtMs));
    }
    const at = numberOf(position);
    if (Number.isFinite(at)) {
      this.position = at;
      this.gauges.position.set(at);
      if (!Number.isNaN(this.head.position)) this.headMoved(this.head.position);
    }
  }
}
