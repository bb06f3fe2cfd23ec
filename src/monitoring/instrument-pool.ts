// Measures a pool of `pg` without calls by hand: how long a connection is waited for, how many are in use, how many requests wait. No timer of its own.
import { PitotError, show } from '../core/errors.js';
import type { MetricsRegistry } from './metrics-registry.js';
import type { PoolMetrics } from './system-metrics.js';

/** What is asked of a pool: what `pg.Pool` has. */
export interface InstrumentedPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options?: { readonly max?: number };
  // biome-ignore lint/suspicious/noExplicitAny: `pg` overloads it, with a callback and without.
  connect(...args: any[]): any;
  // biome-ignore lint/suspicious/noExplicitAny: listeners of several events.
  on(event: any, listener: (...args: any[]) => void): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  removeListener(event: any, listener: (...args: any[]) => void): unknown;
}

export interface InstrumentPoolOptions {
  /** Value of the label `pool`; tell pools apart by it. Default `default`. */
  name?: string;
}

type Callback = (error: unknown, ...rest: unknown[]) => unknown;

const uninstalls = new WeakMap<InstrumentedPool, () => void>();

/**
 * Measures a `pg.Pool`: path `pool.acquire` from the call of `connect` (which `pool.query` makes as well) until a connection or an error is there; gauges
 * `pool.total` (its `max`), `pool.available` (`max` less those in use or being made) and `pool.waiting`, brought up to date by the pool's own events.
 * Returns the removal, after which the gauges keep their last values. A second call for the same pool changes nothing and returns the same removal.
 * @throws PitotError when it is no such pool.
 */
export function instrumentPool(pool: InstrumentedPool, metrics: MetricsRegistry, options: InstrumentPoolOptions = {}): () => void {
  requirePool(pool);
  const known = uninstalls.get(pool);
  if (known !== undefined) return known;

  const measured = metrics.system.pool(options.name);
  const update = (): void => updateCounts(pool, measured, 0);
  // Emitted before the connection lies among the idle ones.
  const onRelease = (): void => updateCounts(pool, measured, 1);
  const listeners = [
    ['connect', update],
    ['acquire', update],
    ['release', onRelease],
    ['remove', update],
  ] as const;
  let installed = true;

  const original = pool.connect;
  const hadOwn = Object.hasOwn(pool, 'connect');
  const connect = function (this: unknown, ...args: unknown[]): unknown {
    if (!installed) return Reflect.apply(original, this, args);
    const token = measured.acquire.start();
    const ended = (ok: boolean): void => {
      measured.acquire.end(token, ok);
      if (installed) update();
    };
    const callback = args[0];
    if (typeof callback === 'function') args[0] = reporting(callback as Callback, ended);
    const result: unknown = Reflect.apply(original, this, args);
    update();
    return typeof callback !== 'function' && isThenable(result) ? result.then(...settled(ended)) : result;
  };
  Object.defineProperty(pool, 'connect', { value: connect, writable: true, configurable: true, enumerable: hadOwn });
  for (const [event, listener] of listeners) pool.on(event, listener);
  update();

  const uninstall = (): void => {
    if (!installed) return;
    installed = false;
    uninstalls.delete(pool);
    for (const [event, listener] of listeners) pool.removeListener(event, listener);
    // Somebody who has wrapped it since keeps a function that passes all calls on.
    if (pool.connect !== connect) return;
    if (hadOwn) pool.connect = original;
    else delete (pool as Partial<InstrumentedPool>).connect;
  };
  uninstalls.set(pool, uninstall);
  return uninstall;
}

/** `released` connections are still counted as in use by the pool, and are not. */
function updateCounts(pool: InstrumentedPool, measured: PoolMetrics, released: number): void {
  const made = pool.totalCount;
  const total = pool.options?.max ?? made;
  const inUse = Math.max(0, made - pool.idleCount - released);
  measured.update({ total, available: Math.max(0, total - inUse), waiting: pool.waitingCount });
}

/** The application's callback, with its `this` and all arguments; what it throws goes where it went. */
function reporting(callback: Callback, ended: (ok: boolean) => void): Callback {
  return function (this: unknown, error: unknown, ...rest: unknown[]): unknown {
    ended(!error);
    return Reflect.apply(callback, this, [error, ...rest]);
  };
}

function settled(ended: (ok: boolean) => void): [(value: unknown) => unknown, (error: unknown) => never] {
  return [
    (client) => {
      ended(true);
      return client;
    },
    (error) => {
      ended(false);
      throw error;
    },
  ];
}

/** A pool may be given a promise library of its own. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}

function requirePool(pool: unknown): asserts pool is InstrumentedPool {
  const { connect, on, removeListener, totalCount, idleCount } = (pool ?? {}) as Partial<InstrumentedPool>;
  const functions = [connect, on, removeListener].every((member) => typeof member === 'function');
  if (functions && typeof totalCount === 'number' && typeof idleCount === 'number') return;
  throw new PitotError('API_MISUSE', {
    option: 'instrumentPool',
    allowed: 'a pool as pg.Pool, with connect, on, totalCount and idleCount',
    received: show(pool),
    remedy: 'For other pools call metrics.system.updateConnectionPool(name, { total, available, waiting }).',
  });
}
