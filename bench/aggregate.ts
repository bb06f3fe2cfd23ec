// How many records a second does one aggregate worker count, and does a record cost the same with many paths and many threads?
import { Worker } from 'node:worker_threads';
import { childEnv } from './child.js';
import type { AggregateQuestion } from './children/aggregate-worker.js';
import { median } from './median.js';
import { atLeast, atMost, type Bench, type Row, row } from './row.js';
import { runAlone } from './run-benches.js';

const PATHS = [10, 100, 500, 2000];
const THREADS = [1, 2, 4, 8];
/** A service of middling size: where the other figure varies, and where the worker's rate is judged. */
const USUAL_PATHS = 100;
const PEER_PATHS = 10;
/** A curve counts as flat when its highest point is no further above its lowest. */
const FLAT_RATIO = 2;

export const aggregate: Bench = {
  name: 'aggregate',
  async run({ quick, progress }) {
    progress('one worker thread on full rings');
    const costs = await ask({
      paths: PATHS,
      threads: THREADS,
      fixedPaths: USUAL_PATHS,
      fixedThreads: 1,
      peerPaths: PEER_PATHS,
      rounds: quick ? { warmUp: 4, measured: 5 } : { warmUp: 20, measured: 100 },
    });
    const costNs = (name: string): number => median(costs[name]);
    const perSecond = (name: string): number => 1000 / costNs(name);
    return [
      row({
        bench: 'aggregate',
        name: `one worker, ${USUAL_PATHS} paths`,
        value: perSecond(`${USUAL_PATHS} paths`),
        unit: 'M records/s',
        bound: atLeast(30),
        note: "the shipped worker's code in a worker thread of its own, without the pool's dispatch; slices of 65536 records",
      }),
      row({
        bench: 'aggregate',
        name: `one worker, ${PEER_PATHS} paths`,
        value: perSecond(`${PEER_PATHS} paths`),
        unit: 'M records/s',
        peers: ['hdr-histogram-js WASM', 'perf_hooks'].map((name) => ({ name, value: perSecond(name) })),
        note: 'the peers record the same records one by one, in the same thread',
      }),
      ...curve('paths', PATHS, costNs, `1 thread's ring`),
      ...PATHS.map((paths) =>
        row({
          bench: 'aggregate',
          name: `merge into the window, ${paths} paths`,
          value: costNs(`merge of ${paths} paths`),
          unit: 'ns',
          note: 'a record, on the agent thread, beside the worker',
        }),
      ),
      ...curve('threads', THREADS, costNs, `${USUAL_PATHS} paths`),
    ];
  },
};

function curve(what: string, settings: readonly number[], costNs: (name: string) => number, note: string): Row[] {
  const costs = settings.map((setting) => costNs(`${setting} ${what}`));
  return [
    ...settings.map((setting, i) => row({ bench: 'aggregate', name: `a record, ${setting} ${what}`, value: costs[i], unit: 'ns', note })),
    row({
      bench: 'aggregate',
      name: `flat from ${settings[0]} to ${settings.at(-1)} ${what}: highest / lowest`,
      value: Math.max(...costs) / Math.min(...costs),
      unit: '×',
      bound: atMost(FLAT_RATIO),
    }),
  ];
}

function ask(question: AggregateQuestion): Promise<Record<string, number[]>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./children/aggregate-worker.js', import.meta.url), { workerData: question, execArgv: [], env: childEnv({}) });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

await runAlone(import.meta.url, aggregate);
