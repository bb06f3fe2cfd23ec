// Lags of projections for rules: a projection that stopped does not tell its own.
import test from 'ava';
import { KpiHistory } from '../../src/diagnose/kpi-history.js';
import { kpisOf } from '../../src/diagnose/kpis.js';
import { projectionLags, withProjectionLags } from '../../src/diagnose/projection-lags.js';
import { figuresOf, gaugeOf } from './figures-of.js';

const figuresAt = (s: number, position: number, head: number) =>
  figuresOf({
    kind: 'step',
    atMs: 1e12 + s * 1000,
    gauges: [
      gaugeOf('projection.lag_ms', 150, { projection: 'a', thread: '4' }),
      gaugeOf('projection.position', position, { projection: 'a', thread: '4' }),
      gaugeOf('projection.lag_ms', Number.NaN, { projection: 'b' }),
      gaugeOf('projection.position', Number.NaN, { projection: 'b' }),
      gaugeOf('event_store.head', head),
    ],
  });

test('should raise the lag of a projection that stands still, step by step, and leave the other figures as they are', (t) => {
  const history = new KpiHistory();
  const lagAt = (s: number, position: number, head: number) => {
    const { gauges } = withProjectionLags(figuresAt(s, position, head), history);
    return gauges.filter(({ name }) => name === 'projection.lag_ms').map(({ labels, value }) => [labels, value]);
  };
  t.deepEqual(lagAt(0, 7, 7), [[{ projection: 'a' }, 150]]);
  t.deepEqual(lagAt(10, 7, 9), [[{ projection: 'a' }, 150]]);
  t.deepEqual(lagAt(20, 7, 9), [[{ projection: 'a' }, 10_000]]);
  t.deepEqual(lagAt(310, 7, 400), [[{ projection: 'a' }, 300_000]]);
  t.deepEqual(lagAt(320, 8, 400), [[{ projection: 'a' }, 150]]);
  t.deepEqual(withProjectionLags(figuresOf({ gauges: [gaugeOf('depth', 3)] }), history).gauges, [gaugeOf('depth', 3)]);
});

test('should take the same figures twice for once, and go on after a restart of the agent thread', (t) => {
  const first = new KpiHistory();
  withProjectionLags(figuresAt(10, 7, 9), first);
  kpisOf(figuresAt(10, 7, 9), first);
  const second = new KpiHistory(1, JSON.parse(JSON.stringify(first.save())));
  t.deepEqual(projectionLags(figuresAt(40, 7, 9), second), [{ labels: { projection: 'a' }, key: 'projection=a', lagMs: 30_000, stoodMs: 30_000 }]);
});
