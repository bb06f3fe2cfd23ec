// A service by day and by night, with noise, deployments and warm-up, as figures of time. Seeded.
import type { PathFigures } from '../../../src/diagnose/figures.js';
import { DAY_MS, HOUR_MS } from '../../../src/diagnose/rules/durations.js';
import { type Load, MINUTE_MS, STEP_MS } from './simulation.js';

/** Mulberry32: numbers in [0, 1) from a seed. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A service from one deployment to the next: quiet nights, busy days, caches and compilers that warm up, errors and slow windows by chance. */
export function serviceOf(seed: number, deployedAtMs: readonly number[]): (atMs: number, spanMs: number) => Load {
  const chance = random(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  const around = (value: number, noise: number): number => value * Math.exp(noise * normal());
  const failed = (count: number, rate: number): number => {
    let errors = 0;
    for (let i = 0; i < count; i++) if (chance() < rate) errors++;
    return errors;
  };
  let lagMs = 0;
  return (atMs, spanMs) => {
    const upMs = atMs - Math.max(...deployedAtMs.filter((at) => at < atMs));
    // Lowest at three in the morning, a tenth of the day's peak.
    const busy = 0.55 - 0.45 * Math.cos((2 * Math.PI * (atMs - 3 * HOUR_MS)) / DAY_MS);
    const warm = 1 + 4 * Math.exp(-upMs / MINUTE_MS);
    // One window in a hundred has a collection, a backup, a neighbour.
    const odd = chance() < 0.01 ? 3 : 1;
    const latencyMs = (ms: number): Partial<PathFigures> => {
      const meanMs = around(ms * (1 + 0.25 * busy) * warm * odd, 0.1);
      return { meanMs, p50Ms: meanMs * 0.8, p95Ms: around(2.2 * meanMs, 0.15), p99Ms: 4 * meanMs, maxMs: 8 * meanMs };
    };
    const calls = (perS: number): number => Math.round(around(perS * busy * (spanMs / 1000), 0.2));
    const timed = (name: string, perS: number, ms: number, rate: number, labels = {}): PathFigures => {
      const count = calls(perS);
      return { name, labels, count, errors: failed(count, rate), ...latencyMs(ms) } as PathFigures;
    };
    lagMs = Math.max(50, (upMs < 2 * MINUTE_MS ? 90_000 : 300) * chance());
    const memoryBytes =
      300e6 + 150e6 * (1 - Math.exp(-upMs / (20 * MINUTE_MS))) + 40e6 * busy + (20e6 * ((atMs / STEP_MS) % 30)) / 30 + 4e6 * normal();
    const gauges: Load['gauges'] = [
      { name: 'health', labels: { check: 'db' }, value: upMs > 30_000 && chance() > 0.002 ? 1 : 0 },
      { name: 'event_store.concurrent', value: Math.floor(4 * busy * chance()) },
      { name: 'projection.lag_ms', labels: { projection: 'balances' }, value: lagMs },
    ];
    return {
      paths: [
        timed('commands', 6, 25, 0.004, { command: 'Transfer' }),
        timed('commands', 1, 80, 0.02, { command: 'Report' }),
        timed('http.server', 10, 30, 0.003, { method: 'POST', route: '/transfers', class: '2xx' }),
        timed('event_store.read', 12, 4, 0.001),
        timed('event_store.write', 6, 6, 0.002),
      ],
      gauges,
      runtime: {
        cpuUsage: Math.min(1, around(0.1 + 0.5 * busy, 0.1) + 0.4 * Math.exp(-upMs / MINUTE_MS)),
        memoryBytes,
        memoryRatio: memoryBytes / 1e9,
        loopStalledMs: chance() < 0.01 ? 400 * chance() : 0,
      },
    };
  };
}
