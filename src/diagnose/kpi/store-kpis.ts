// KPIs of the event store. Throughput is judged only where the store is what limits it: few events on a quiet night are no fault of its.
import type { Kpi } from '../../core/alert-types.js';
import { STORE_EVENTS_READ, STORE_EVENTS_WRITTEN, STORE_READ, STORE_WRITE } from '../../core/instrument-names.js';
import { amount, counted, duration, series } from '../figure-words.js';
import type { Figures } from '../figures.js';
import type { KpiHistory } from '../kpi-history.js';
import { type KpiTarget, P95_CALLS_MIN, POOL_UTILISATION, READ_P95, READ_THROUGHPUT, WRITE_P95, WRITE_THROUGHPUT } from '../kpi-targets.js';
import { callsOf, deltaOf, errorsOf, highest, pathsOf, perSecond, poolsOf, storeUnderWay, totalOf } from '../read-figures.js';
import { heldFor, isBeyondAlert, isInTarget, join, judged, judgedSustained, noData, withStatus, worst } from './judge.js';

interface Side {
  throughput: KpiTarget;
  latency: KpiTarget;
  path: string;
  events: string;
  /** `write`, `writes`, `written`. */
  words: readonly [string, string, string];
}

const WRITES: Side = {
  throughput: WRITE_THROUGHPUT,
  latency: WRITE_P95,
  path: STORE_WRITE,
  events: STORE_EVENTS_WRITTEN,
  words: ['write', 'writes', 'written'],
};
const READS: Side = {
  throughput: READ_THROUGHPUT,
  latency: READ_P95,
  path: STORE_READ,
  events: STORE_EVENTS_READ,
  words: ['read', 'reads', 'read'],
};

export function storeKpis(figures: Figures, history: KpiHistory): Kpi[] {
  return [
    throughput(WRITES, figures, history),
    throughput(READS, figures, history),
    latency(WRITES, figures, history),
    latency(READS, figures, history),
    poolUtilisation(figures),
  ];
}

function throughput(side: Side, figures: Figures, history: KpiHistory): Kpi {
  const it = side.throughput;
  const events = deltaOf(figures, side.events);
  const strain = strainOf(side, figures);
  const rate = perSecond(figures, events);
  const heldMs = history.hold(it.name, strain !== null && isBeyondAlert(it, rate), figures.spanMs);
  if (events === 0 && strain === null && callsOf(pathsOf(figures, side.path)) === 0) return noData(it, `no event was ${side.words[2]}`);
  if (isInTarget(it, rate)) return judged(it, rate);
  if (strain === null) return withStatus(it, rate, 'ok', { note: `no more was asked for: ${ease(side, figures)}` });
  if (!isBeyondAlert(it, rate)) return judged(it, rate, { note: strain });
  if (history.isSustained(heldMs)) return judged(it, rate, { note: strain });
  return judged(it, rate, { note: join(strain, heldFor(heldMs, history)), atWorst: 'warn' });
}

/** What shows that more events would have gone through if the store had been able to; null: nothing does. */
function strainOf({ path, events, latency: { alert }, words }: Side, figures: Figures): string | null {
  const operations = pathsOf(figures, path);
  const calls = callsOf(operations);
  const failed = errorsOf(operations);
  const slowest = highest(
    operations.filter(({ count, p95Ms }) => count >= P95_CALLS_MIN && p95Ms > alert),
    ({ p95Ms }) => p95Ms,
  );
  const busiest = highest(poolsOf(figures), (pool) => pool.waiting);
  const underWay = storeUnderWay(figures);
  const isStuck = underWay > 0 && totalOf(figures, events) > 0 && callsOf([...pathsOf(figures, STORE_READ), ...pathsOf(figures, STORE_WRITE)]) === 0;
  const found = [
    calls > 0 && failed * 2 >= calls && failed > 1 ? `${amount(failed)} of ${counted(calls, words[0], words[1])} failed` : '',
    slowest !== undefined ? `p95 of ${words[1]} ${duration(slowest.p95Ms)}` : '',
    // Whose connections they wait for is not known: a side that did nothing is not held back by them.
    busiest !== undefined && busiest.waiting > 0 && calls > 0
      ? `${counted(busiest.waiting, 'request')} ${busiest.waiting === 1 ? 'waits' : 'wait'} for a connection of ${series('pool', busiest.labels)}`
      : '',
    isStuck ? `${counted(underWay, 'operation')} of the store under way, and none ended` : '',
  ];
  return join(...found) || null;
}

function ease({ path, words }: Side, figures: Figures): string {
  const slowest = highest(
    pathsOf(figures, path).filter(({ p95Ms }) => Number.isFinite(p95Ms)),
    ({ p95Ms }) => p95Ms,
  );
  const waits = poolsOf(figures).length > 0 ? 'no request waits for a connection' : 'nothing shows that operations wait';
  return slowest === undefined ? waits : `${waits}, p95 of ${words[1]} ${duration(slowest.p95Ms)}`;
}

function latency({ latency: it, path, words }: Side, figures: Figures, history: KpiHistory): Kpi {
  const operations = pathsOf(figures, path).filter(({ p95Ms }) => Number.isFinite(p95Ms));
  const enough = operations.filter(({ count }) => count >= P95_CALLS_MIN);
  const [slowest, isFew] = enough.length > 0 ? [highest(enough, ({ p95Ms }) => p95Ms), false] : [highest(operations, ({ p95Ms }) => p95Ms), true];
  if (slowest === undefined) {
    history.hold(it.name, false, figures.spanMs);
    return noData(it, `no ${words[0]} ended`);
  }
  const of = Object.keys(slowest.labels).length > 0 ? { of: series(words[0], slowest.labels) } : {};
  const few = isFew ? { note: `of ${counted(slowest.count, 'call')} only`, atWorst: 'warn' as const } : {};
  return judgedSustained(it, slowest.p95Ms, history, figures.spanMs, { ...of, ...few });
}

function poolUtilisation(figures: Figures): Kpi {
  const each = poolsOf(figures).map(({ labels, total, inUse, waiting }) => {
    const wait = waiting > 0 ? `, ${amount(waiting)} waiting` : '';
    return judged(POOL_UTILISATION, (inUse / total) * 100, {
      of: series('pool', labels),
      note: `${amount(inUse)} of ${amount(total)} connections in use${wait} at the end of the window`,
    });
  });
  return worst(each) ?? noData(POOL_UTILISATION, 'no connection pool is known');
}
