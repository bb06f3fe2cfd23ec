// What does one call cost the application's thread? Beside bare clock reads and the peers' calls, with the agent loaded, sampling, and not loaded.
import { runChild, sumReports } from './child.js';
import { median, medianRatio } from './median.js';
import { atMost, type Bench, type BenchOptions, type Row, row } from './row.js';
import { runAlone } from './run-benches.js';

type Costs = Record<string, number[]>;

export const hotPath: Bench = {
  name: 'hot-path',
  async run(options) {
    return [...(await loaded(options)), ...(await sampled(options)), ...(await dormant(options))];
  },
};

async function loaded({ quick, progress }: BenchOptions): Promise<Row[]> {
  progress('with the agent loaded, every call timed');
  const { result: costs, reports } = await runChild<Costs>({
    script: 'hot-path-loaded',
    pitot: true,
    args: quick ? ['quick'] : [],
    env: { PITOT_OVERHEAD_BUDGET: '1' },
  });
  const ratio = (name: string): number => medianRatio(costs[name], costs['two performance.now()']);
  const cost = (name: string): number => median(costs[name]);
  const records = sumReports(reports, 'bench.record');
  const spans = sumReports(reports, 'bench.span');
  return [
    row({
      bench: 'hot-path',
      name: 'timed span, start + end, against two bare performance.now()',
      value: ratio('span'),
      unit: '×',
      bound: atMost(1.15),
      peers: [
        { name: 'timerify', value: ratio('timerify') },
        { name: 'prom-client timer', value: ratio('prom-client timer') },
        { name: 'OTel span', value: ratio('OTel span') },
      ],
      note: `two performance.now() ${cost('two performance.now()').toFixed(1)} ns, span ${cost('span').toFixed(1)} ns; ${spans.pathDropped} of ${spans.pathCount} spans dropped`,
    }),
    row({
      bench: 'hot-path',
      name: 'record(ns) while the pipeline drains it',
      value: cost('record'),
      unit: 'ns',
      bound: atMost(6),
      peers: [
        { name: 'perf_hooks', value: cost('perf_hooks record') },
        { name: 'prom-client', value: cost('prom-client observe') },
        { name: 'OTel', value: cost('OTel record') },
      ],
      note: `in chunks of 4096 at 10 M/s; ${records.pathDropped} of ${records.pathCount} records dropped`,
    }),
    row({
      bench: 'hot-path',
      name: 'counter.add',
      value: cost('counter'),
      unit: 'ns',
      bound: atMost(3),
      peers: [
        { name: 'prom-client', value: cost('prom-client counter') },
        { name: 'OTel', value: cost('OTel counter') },
      ],
    }),
  ];
}

async function sampled({ quick, progress }: BenchOptions): Promise<Row[]> {
  progress('with the agent loaded, default budget');
  const { result: costs, reports } = await runChild<Costs>({ script: 'hot-path-sampled', pitot: true, args: quick ? ['quick'] : [] });
  const note = (name: string): string => {
    const sum = sumReports(reports, name);
    return `a path far above its budget, timed 1 in ${Math.round(sum.sampledMax)}; the timed calls are part of the figure`;
  };
  return [
    row({ bench: 'hot-path', name: 'span, sampled by the default budget', value: median(costs.span), unit: 'ns', note: note('bench.span') }),
    row({ bench: 'hot-path', name: 'record, sampled by the default budget', value: median(costs.record), unit: 'ns', note: note('bench.record') }),
  ];
}

async function dormant({ quick, progress }: BenchOptions): Promise<Row[]> {
  progress('without the agent');
  const { result: costs } = await runChild<Costs>({ script: 'hot-path-dormant', pitot: false, args: quick ? ['quick'] : [] });
  const notLoaded = (name: string, value: number): Row =>
    row({
      bench: 'hot-path',
      name: `${name}, agent not loaded`,
      value,
      unit: 'ns',
      bound: atMost(2),
      note: 'a call; the loop around it is part of the figure',
    });
  return [
    notLoaded('start, end (each)', median(costs['start + end']) / 2),
    notLoaded('record', median(costs.record)),
    notLoaded('counter.add', median(costs['counter.add'])),
    notLoaded('gauge.set', median(costs['gauge.set'])),
  ];
}

await runAlone(import.meta.url, hotPath);
