// What do the signals of leaks cost a thread that allocates without a pause? CPU of equal portions of work in one process, with and without each.
import { Child } from './child.js';
import type { Signal, SignalCost } from './children/leak-signals.js';
import { median, medianRatio, quantile } from './median.js';
import { atMost, type Bench, type Row, row } from './row.js';
import { runAlone } from './run-benches.js';

/** Iterations of a tenth of a portion: a quarter of a second each portion. */
const ITERATIONS = 15_000;

export const leaks: Bench = {
  name: 'leaks',
  async run({ quick, progress }) {
    const rounds = quick ? 2 : 60;
    const child = new Child({ script: 'leak-signals', pitot: false, args: [String(rounds), String(ITERATIONS)] });
    const costs: SignalCost[] = [];
    try {
      for (let round = 0; round < rounds; round++) {
        if (round % 10 === 0) progress(`round ${round + 1} of ${rounds}`);
        costs.push(await child.message<SignalCost>());
      }
      await child.ended;
    } finally {
      child.remove();
    }
    const of = (signal: Signal): number[] => costs.map(({ cpuMs }) => cpuMs[signal]);
    const perSecond = median(costs.map(({ cpuMs, collections }) => (collections / Object.values(cpuMs).reduce((sum, ms) => sum + ms, 0)) * 1000));
    const cost = (signal: Signal, bound: number | null): Row => {
      const ratios = of(signal).map((ms, i) => ms / of('none')[i]);
      return row({
        bench: 'leaks',
        name: `CPU of a thread that allocates all the time, ${signal} / none`,
        value: medianRatio(of(signal), of('none')),
        unit: '×',
        bound: bound === null ? null : atMost(bound),
        note: `median of ${rounds} rounds, half of them ${quantile(ratios, 0.25).toFixed(3)} to ${quantile(ratios, 0.75).toFixed(3)}; ${Math.round(perSecond)} collections a second of CPU`,
      });
    };
    return [cost('live size', null), cost('heap sampler', null), cost('both', 1.005)];
  },
};

await runAlone(import.meta.url, leaks);
