// Keeps the projections up to date in the service's own process: a timer loop that works through batches while there are events, and rests when not.
import { MetricsRegistry, type ProjectionHandle } from 'pitot/monitoring';
import type { Database } from './database.js';
import type { EventStore } from './event-store.js';
import { BATCH_EVENTS_MAX, checkpointsOf, type Projection, projectBatch } from './projections.js';

export interface RunnerOptions {
  /** Rest after the projections have caught up. */
  readonly idleMs: number;
  /** Told of each failed turn; the runner goes on after a pause. */
  readonly onError: (error: Error) => void;
}

/** Longest pause after repeated failures; the first is the idle time, each next one twice as long. */
const PAUSE_MS_MAX = 5000;

export class ProjectionRunner {
  private readonly database: Database;
  private readonly store: EventStore;
  private readonly projections: readonly Projection[];
  private readonly options: RunnerOptions;
  private readonly measured: readonly ProjectionHandle[];
  private timer: NodeJS.Timeout | undefined;
  private turn: Promise<void> = Promise.resolve();
  private stopped = true;
  private failures = 0;

  constructor(database: Database, store: EventStore, projections: readonly Projection[], options: RunnerOptions) {
    this.database = database;
    this.store = store;
    this.projections = projections;
    this.options = options;
    const metrics = new MetricsRegistry().projections;
    this.measured = projections.map(({ name }) => metrics.projection(name));
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    for (const projection of this.measured) projection.started();
    // A turn that was under way when it stopped may not be done yet.
    this.turn.then(() => this.schedule(0));
  }

  /** Resolves when the batch under way has been committed. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.turn;
    if (this.stopped) for (const projection of this.measured) projection.stopped();
  }

  /** Events that each projection is behind, in the order of the projections. */
  async lags(): Promise<number[]> {
    // Checkpoints first: read the other way round, a batch in between would make a lag negative.
    const checkpoints = await checkpointsOf(this.database, this.projections);
    const head = await this.store.headPosition();
    return checkpoints.map((position) => head - position);
  }

  /** One batch of each projection that is behind; true when some projection had a full batch, so that more is waiting. */
  async runOnce(): Promise<boolean> {
    let more = false;
    const lags = await this.lags();
    for (const [index, projection] of this.projections.entries()) {
      if (lags[index] === 0) continue;
      if ((await projectBatch(this.database, projection)) === BATCH_EVENTS_MAX) more = true;
    }
    return more;
  }

  private schedule(delayMs: number): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.turn = this.run();
    }, delayMs);
  }

  private async run(): Promise<void> {
    try {
      const more = await this.runOnce();
      this.failures = 0;
      this.schedule(more ? 0 : this.options.idleMs);
    } catch (error) {
      this.options.onError(error as Error);
      this.schedule(Math.min(this.options.idleMs * 2 ** this.failures++, PAUSE_MS_MAX));
    }
  }
}
