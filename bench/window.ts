// A window with 2 000 active paths: how long until its report is on disk, how large is it, and does the main thread notice?
import { runChild } from './child.js';
import type { WindowRound } from './children/window.js';
import { median, medianDifference } from './median.js';
import { atMost, type Bench, row } from './row.js';
import { runAlone } from './run-benches.js';

const BYTES_PER_MB = 1e6;
/** 0 ms, as far as turns of an event loop can tell. */
const BLOCKED_MS_MAX = 1;

export const window: Bench = {
  name: 'window',
  async run({ quick, progress }) {
    const count = quick ? 2 : 10;
    progress(`${count} windows of 2000 paths`);
    const { result: rounds } = await runChild<WindowRound[]>({
      script: 'window',
      pitot: true,
      args: [String(count)],
      env: { PITOT_OVERHEAD_BUDGET: '1' },
    });
    const of = (key: keyof WindowRound): number[] => rounds.map((round) => round[key]);
    const quietMs = of('gapQuietMs');
    return [
      row({
        bench: 'window',
        name: '2000 paths: from flush to the report on disk',
        value: median(of('closeMs')),
        unit: 'ms',
        bound: atMost(2000),
        note: `median of ${count} windows, 200 log-normal values a path; slowest ${Math.max(...of('closeMs')).toFixed(0)} ms`,
      }),
      row({
        bench: 'window',
        name: '2000 paths: size of the report',
        value: Math.max(...of('reportBytes')) / BYTES_PER_MB,
        unit: 'MB',
        bound: atMost(8),
      }),
      row({
        bench: 'window',
        name: '2000 paths: the main thread is blocked meanwhile',
        value: Math.max(0, medianDifference(of('gapClosingMs'), quietMs)),
        unit: 'ms',
        bound: atMost(BLOCKED_MS_MAX),
        peers: [{ name: 'prom-client scrape', value: Math.max(0, medianDifference(of('gapScrapeMs'), quietMs)) }],
        note: `longest gap between two turns of the loop, less that of a quiet stretch as long: closing ${median(of('gapClosingMs')).toFixed(2)} ms, quiet ${median(quietMs).toFixed(2)} ms`,
      }),
    ];
  },
};

await runAlone(import.meta.url, window);
