// Advice on connection pools: too small, or enough connections that are held for too long.
import type { Finding } from '../../core/alert-types.js';
import { POOL_ACQUIRE, STORE_READ, STORE_WRITE } from '../../core/instrument-names.js';
import { ACQUIRE_P95_MS_MAX, ADVICE_COUNT_MIN, NAMED_MAX, POOL_FULL_RATIO, POOL_ROOMY_RATIO } from '../advice-thresholds.js';
import { amount, duration, series } from '../figure-words.js';
import type { Figures, PathFigures } from '../figures.js';
import { READ_P95, WRITE_P95 } from '../kpi-targets.js';
import { highest, labelKey, type PoolFigures, pathsOf, poolsOf } from '../read-figures.js';

interface Strained {
  labels: PathFigures['labels'];
  pool?: PoolFigures;
  acquire?: PathFigures;
}

/** Pool too small or contended. One finding for all pools; the kind is that of the worst. */
export function poolAdvice(figures: Figures): Finding[] {
  const strained = strainedPools(figures);
  if (strained.length === 0) return [];
  const slow = slowOperation(figures);
  const isFull = strained.some(({ pool }) => pool !== undefined && pool.inUse / pool.total >= POOL_FULL_RATIO);
  const isRoomy = strained.every(({ pool }) => pool !== undefined && pool.inUse / pool.total < POOL_ROOMY_RATIO && pool.waiting === 0);
  const figuresOf = [...strained.slice(0, NAMED_MAX).map(clauseOf), ...(slow === undefined ? [] : [slow])].join('; ');
  return [
    {
      name: 'connection pool',
      title:
        slow !== undefined ? 'Connections are held by slow operations' : isFull ? 'A connection pool is too small' : 'Requests wait for a connection',
      figures: `${figuresOf}.`.replace(/^./, (first) => first.toUpperCase()),
      advice: adviceFor(slow !== undefined, isRoomy),
    },
  ];
}

function strainedPools(figures: Figures): Strained[] {
  const acquires = pathsOf(figures, POOL_ACQUIRE).filter(({ count, p95Ms }) => count >= ADVICE_COUNT_MIN && Number.isFinite(p95Ms));
  const pools = poolsOf(figures);
  const byPool = pools.map((pool): Strained => ({ labels: pool.labels, pool, acquire: acquires.find((it) => isOf(it, pool)) }));
  const alone = acquires.filter((it) => !pools.some((pool) => isOf(it, pool))).map((acquire): Strained => ({ labels: acquire.labels, acquire }));
  return [...byPool, ...alone].filter(({ pool, acquire }) => {
    if (acquire !== undefined) return acquire.p95Ms > ACQUIRE_P95_MS_MAX;
    return pool !== undefined && pool.waiting > 0 && pool.inUse / pool.total >= POOL_FULL_RATIO;
  });
}

/** Gauges of a worker thread carry its label, paths do not. */
function isOf({ labels }: PathFigures, { labels: { thread: _, ...pool } }: PoolFigures): boolean {
  return labelKey(labels) === labelKey(pool);
}

function clauseOf({ labels, pool, acquire }: Strained): string {
  const parts = [
    ...(pool === undefined
      ? []
      : [
          `has ${amount(pool.inUse)} of ${amount(pool.total)} connections in use${pool.waiting > 0 ? ` and ${amount(pool.waiting)} requests waiting` : ''}`,
        ]),
    ...(acquire === undefined ? [] : [`hands a connection over in ${duration(acquire.p95Ms)} at p95`]),
  ];
  return `${series('pool', labels)} ${parts.join(' and ')}`;
}

/** Connections that are held by slow operations: more of them would only make the database slower. */
function slowOperation(figures: Figures): string | undefined {
  const slowest = highest(
    [...pathsOf(figures, STORE_WRITE), ...pathsOf(figures, STORE_READ)].filter(
      ({ name, count, p95Ms }) => count >= ADVICE_COUNT_MIN && p95Ms > (name === STORE_WRITE ? WRITE_P95 : READ_P95).alert,
    ),
    ({ p95Ms }) => p95Ms,
  );
  return slowest && `p95 of ${slowest.name === STORE_WRITE ? 'writes' : 'reads'} is ${duration(slowest.p95Ms)}`;
}

function adviceFor(isSlow: boolean, isRoomy: boolean): string {
  if (isSlow) {
    return 'More connections would not help while operations hold them for long: shorten transactions, keep other awaits out of them, and look at the slow statements first.';
  }
  if (isRoomy) {
    return 'Connections are free on average, so requests come in bursts or wait for connections to be made: keep a few open (a lower bound of about a quarter of the pool), and spread what starts at once.';
  }
  return 'Raise the number of connections as far as the database allows, 20 being usual for one process, or take a connection for less of a request. Bound the wait for one to a few seconds, so that callers learn of it.';
}
