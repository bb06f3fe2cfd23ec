// The system as other sources than the agent see it: a container's memory, a connection pool, a collector outside V8.
import {
  POOL_ACQUIRE,
  POOL_AVAILABLE,
  POOL_TOTAL,
  POOL_WAITING,
  SYSTEM_CPU_PERCENT,
  SYSTEM_GC_PAUSE,
  SYSTEM_MEMORY_BYTES,
} from '../core/instrument-names.js';
import { POOLS_MAX } from '../core/limits.js';
import { NS_PER_MS } from '../core/units.js';
import type { Instruments } from '../host/instruments.js';
import type { Path } from '../host/path.js';
import type { Distribution, Gauge } from '../host/values.js';
import { BoundedNames } from './bounded-names.js';
import { fieldsOf } from './read-given.js';

/** Connections of a pool. */
export interface PoolCounts {
  /** How many it may hold. */
  total: number;
  /** Of these, how many are free, or not made yet: total - available are in use. */
  available: number;
  /** Requests that wait for one. Default 0. */
  waiting?: number;
}

const COUNTS = ['total', 'available', 'waiting'] as const;

const DEFAULT_POOL = 'default';

/**
 * `metrics.system`. Memory, CPU and garbage collections of this process are in each report without a call: the agent samples them itself.
 * These methods are for what it cannot see; `instrumentPool` calls `updateConnectionPool` for a pool of `pg`.
 */
export class SystemMetrics {
  private readonly instruments: Instruments;
  private readonly pools: BoundedNames<PoolMetrics>;
  private memoryBytes: Gauge | null = null;
  private cpuPercent: Gauge | null = null;
  private gcPause: Distribution | null = null;

  /** @internal Use `new MetricsRegistry().system`. */
  constructor(instruments: Instruments) {
    this.instruments = instruments;
    this.pools = new BoundedNames(POOLS_MAX, (name) => new PoolMetrics(instruments, name));
  }

  recordMemoryUsage(bytes: number): void {
    this.memoryBytes ??= this.instruments.gauge(SYSTEM_MEMORY_BYTES);
    this.memoryBytes.set(bytes);
  }

  /** Of what may be used, 0 to 100. */
  recordCpuUsage(percent: number): void {
    this.cpuPercent ??= this.instruments.gauge(SYSTEM_CPU_PERCENT);
    this.cpuPercent.set(percent);
  }

  /** The newest counts of a connection pool, `default` without a name. */
  updateConnectionPool(counts: PoolCounts): void;
  updateConnectionPool(name: string | undefined, counts: PoolCounts): void;
  updateConnectionPool(nameOrCounts: string | undefined | PoolCounts, counts?: PoolCounts): void {
    if (typeof nameOrCounts === 'object') this.pool().update(nameOrCounts);
    else if (counts) this.pool(nameOrCounts).update(counts);
  }

  /** The handle of a pool: gauges, and the path of the wait for a connection. At most 20; further ones are (other). */
  pool(name: string = DEFAULT_POOL): PoolMetrics {
    return this.pools.get(name);
  }

  /** One pause of a garbage collector other than this process's V8. */
  recordGcCollection(pauseMs: number): void {
    this.gcPause ??= this.instruments.distribution(SYSTEM_GC_PAUSE, { unit: 'ns' });
    this.gcPause.record(typeof pauseMs === 'number' ? pauseMs * NS_PER_MS : Number.NaN);
  }
}

/** One connection pool. */
export class PoolMetrics {
  /** Time until a connection was there; an error when none came. */
  readonly acquire: Path;
  private readonly total: Gauge;
  private readonly available: Gauge;
  private readonly waiting: Gauge;

  /** @internal */
  constructor(instruments: Instruments, name: string) {
    const labels = { pool: name };
    this.acquire = instruments.path(POOL_ACQUIRE, labels);
    this.total = instruments.gauge(POOL_TOTAL, labels);
    this.available = instruments.gauge(POOL_AVAILABLE, labels);
    this.waiting = instruments.gauge(POOL_WAITING, labels);
  }

  update(counts: PoolCounts): void {
    const { total, available, waiting = 0 } = fieldsOf(counts, COUNTS);
    this.total.set(total as number);
    this.available.set(available as number);
    this.waiting.set(waiting);
  }
}
