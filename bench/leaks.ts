// What do the signals of leaks cost a thread that allocates without a pause? CPU of equal portions of work in one process, with and without each.

import { HEAP_SAMPLE_BYTES } from '../src/core/limits.js';
import { Child } from './child.js';
import type { UnitCost } from './children/leak-costs.js';
import type { Signal, SignalCost } from './children/leak-signals.js';
import { median, medianRatio, quantile } from './median.js';
import { atMost, type Bench, type Row, row } from './row.js';
import { runAlone } from './run-benches.js';

/** Iterations of a tenth of a portion: a quarter of a second each portion. */
const ITERATIONS = 15_000;
/** What a busy service allocates, bytes a second, and how often its young space of 16 MiB is full then: the share of a core is told for it. */
const COLLECTIONS_PER_SECOND = 15;
const ALLOCATED_PER_SECOND = 200 * 1024 * 1024;
const BUFFERS = 50_000;

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
    return [...(await unitCosts(quick ? 2 : 30, progress)), cost('live size', null), cost('heap sampler', null), cost('both', null)];
  },
};

/** A ratio of whole portions is off by per cents: what one collection and one sample cost is not, and how many there are at the most is known. */
async function unitCosts(rounds: number, progress: (text: string) => void): Promise<Row[]> {
  // Threads that help the collector wait for work in a loop: the CPU they take is by chance.
  const measure = async (buffers: number): Promise<UnitCost[]> => {
    progress(`costs of one, beside ${buffers} Buffers`);
    const child = new Child({
      script: 'leak-costs',
      pitot: false,
      args: [String(rounds), String(buffers)],
      nodeArgs: ['--expose-gc', '--single-threaded-gc'],
    });
    try {
      const costs: UnitCost[] = [];
      while (costs.length < rounds) costs.push(await child.message<UnitCost>());
      await child.ended;
      return costs;
    } finally {
      child.remove();
    }
  };
  const plain = await measure(0);
  const beside = await measure(BUFFERS);
  const collectionUs = (costs: UnitCost[]): number[] =>
    costs.map(({ collections: { plainMs, seenMs, count } }) => ((seenMs - plainMs) / count) * 1000);
  const sampleUs = (costs: UnitCost[]): number[] => costs.map(({ samples: { plainMs, sampledMs, count } }) => ((sampledMs - plainMs) / count) * 1000);
  const told = (name: string, us: number[], note: string): Row =>
    row({
      bench: 'leaks',
      name,
      value: median(us),
      unit: 'us',
      bound: null,
      note: `${note}; half of ${rounds} rounds ${quantile(us, 0.25).toFixed(1)} to ${quantile(us, 0.75).toFixed(1)}`,
    });
  const samplesPerSecond = ALLOCATED_PER_SECOND / HEAP_SAMPLE_BYTES;
  const share = (COLLECTIONS_PER_SECOND * median(collectionUs(plain)) + samplesPerSecond * median(sampleUs(plain))) / 1e6;
  return [
    told('CPU of one collection that is timed and read', collectionUs(plain), '50 MB of small objects'),
    told('the same, beside Buffers', collectionUs(beside), `${BUFFERS} Buffers of 4 KiB`),
    told('CPU of one sample of the heap', sampleUs(plain), 'dead or alive'),
    row({
      bench: 'leaks',
      name: 'signals of leaks, share of a core',
      value: share * 100,
      unit: '%',
      bound: atMost(0.5),
      note: `by these: ${COLLECTIONS_PER_SECOND} collections a second and ${ALLOCATED_PER_SECOND / 2 ** 20} MiB a second allocated, ${samplesPerSecond} samples`,
    }),
  ];
}

await runAlone(import.meta.url, leaks);
