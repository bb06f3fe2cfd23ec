// A forecast of tomorrow's turnover by simulation, on the main thread. Blocks it on purpose: the demo asks for one, and pitot names it while it runs.
import { seededRandom } from './random.js';

export interface Forecast {
  /** Simulated days. */
  readonly runs: number;
  readonly medianCents: number;
  readonly p95Cents: number;
}

/** Simulations between two looks at the clock. */
const RUNS_A_LOOK = 20;
const AMOUNTS_A_DAY = 200;
const HISTOGRAM_STEP_CENTS = 10_000;

/** Simulates days until its time is used up: as exact as the time it is given, and nothing else of the process runs meanwhile. */
export function simulateTurnover(amountsCents: readonly number[], seconds: number, seed = 1): Forecast {
  const random = seededRandom(seed);
  const endMs = performance.now() + seconds * 1000;
  const days = new Map<number, number>();
  let runs = 0;
  while (performance.now() < endMs) {
    for (let run = 0; run < RUNS_A_LOOK; run++, runs++) {
      const step = Math.floor(simulateDay(amountsCents, random.next) / HISTOGRAM_STEP_CENTS);
      days.set(step, (days.get(step) ?? 0) + 1);
    }
  }
  return { runs, medianCents: quantileCents(days, runs, 0.5), p95Cents: quantileCents(days, runs, 0.95) };
}

/** One day: amounts drawn with replacement. */
function simulateDay(amountsCents: readonly number[], next: () => number): number {
  let sumCents = 0;
  for (let i = 0; i < AMOUNTS_A_DAY && amountsCents.length > 0; i++) sumCents += amountsCents[Math.floor(next() * amountsCents.length)] as number;
  return sumCents;
}

function quantileCents(days: ReadonlyMap<number, number>, runs: number, quantile: number): number {
  let seen = 0;
  for (const [step, count] of [...days].sort(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= runs * quantile) return step * HISTOGRAM_STEP_CENTS;
  }
  return 0;
}
