// What does the CPU profiler cost a saturated server, and what pitot as a whole? CPU a request of a fastify hello-world: pitot off, on, on without its profiler.
import { median, medianRatio, quantile } from './median.js';
import { atMost, type Bench, type Row, row } from './row.js';
import { runAlone } from './run-benches.js';
import { cpuUsPerRequest, type ServerVariant, startLoad } from './saturated-servers.js';

const VARIANTS = {
  off: { pitot: true, env: { PITOT_ENABLED: '0' } },
  'without profiler': { pitot: true, env: { PITOT_CPU_INTERVAL_US: '0' } },
  on: { pitot: true },
} as const satisfies Record<string, ServerVariant>;
type Variant = keyof typeof VARIANTS;
const NAMES = Object.keys(VARIANTS) as Variant[];

export const profilerHttp: Bench = {
  name: 'profiler-http',
  async run({ quick, progress }) {
    const [rounds, warmUpS, segmentS] = quick ? [1, 1, 1] : [16, 2, 2];
    const us: Record<Variant, number[]> = { off: [], 'without profiler': [], on: [] };
    const load = await startLoad();
    try {
      for (let round = 0; round < rounds; round++) {
        progress(`round ${round + 1} of ${rounds}, three servers each`);
        const costs = await cpuUsPerRequest(load, Object.values(VARIANTS), round, { warmUpS, segmentS });
        for (const [i, name] of NAMES.entries()) us[name].push(costs[i]);
      }
    } finally {
      await load.stop();
      load.remove();
    }
    const ratio = (name: string, of: Variant, to: Variant, bound?: number): Row =>
      row({
        bench: 'profiler-http',
        name: `saturated fastify, CPU a request, ${name}`,
        value: medianRatio(us[of], us[to]),
        unit: '×',
        bound: bound === undefined ? null : atMost(bound),
        note: `median of ${rounds} paired ratios, ${spread(us[of], us[to])}; ${median(us[to]).toFixed(1)} and ${median(us[of]).toFixed(1)} µs a request, all threads`,
      });
    return [
      ratio('profiler on / profiler off', 'on', 'without profiler', 1.03),
      ratio('pitot with profiler / pitot off', 'on', 'off', 1.03),
      ratio('pitot without profiler / pitot off', 'without profiler', 'off'),
    ];
  },
};

/** The middle half of the ratios, and all of them. */
function spread(values: readonly number[], base: readonly number[]): string {
  const ratios = values.map((value, i) => value / base[i]);
  const text = (q: number): string => quantile(ratios, q).toFixed(3);
  return `half of them ${text(0.25)} to ${text(0.75)}, all ${text(0)} to ${text(1)}`;
}

await runAlone(import.meta.url, profilerHttp);
