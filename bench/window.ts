// A window with 2 000 active paths: how long until its report is on disk, how large is it, and does the main thread notice?
import { runChild } from './child.js';
import type { WindowRound } from './children/window.js';
import { median, medianDifference } from './median.js';
import { atMost, type Bench, row } from './row.js';
import { runAlone } from './run-benches.js';
import type { Gap } from './run-queue.js';

const BYTES_PER_MB = 1e6;
/** The watching loop makes garbage: room for all of it, so that no collection of the bench's own falls into what is watched. */
const ROOMY = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];
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
      nodeArgs: ROOMY,
      env: { PITOT_OVERHEAD_BUDGET: '1' },
    });
    const closeMs = rounds.map((round) => round.closeMs);
    const gaps = (when: 'closing' | 'quiet' | 'scrape', kind: keyof Gap): number[] => rounds.map((round) => round[when][kind]);
    const added = (when: 'closing' | 'scrape', kind: keyof Gap): number => Math.max(0, medianDifference(gaps(when, kind), gaps('quiet', kind)));
    const seen = (kind: keyof Gap): string =>
      `closing ${median(gaps('closing', kind)).toFixed(2)} ms, quiet ${median(gaps('quiet', kind)).toFixed(2)} ms`;
    return [
      row({
        bench: 'window',
        name: '2000 paths: from flush to the report on disk',
        value: median(closeMs),
        unit: 'ms',
        bound: atMost(2000),
        note: `median of ${count} windows, 200 log-normal values a path; slowest ${Math.max(...closeMs).toFixed(0)} ms`,
      }),
      row({
        bench: 'window',
        name: '2000 paths: size of the report',
        value: Math.max(...rounds.map((round) => round.reportBytes)) / BYTES_PER_MB,
        unit: 'MB',
        bound: atMost(8),
      }),
      row({
        bench: 'window',
        name: '2000 paths: the main thread is blocked meanwhile',
        value: added('closing', 'ownMs'),
        unit: 'ms',
        bound: atMost(BLOCKED_MS_MAX),
        peers: [{ name: 'prom-client scrape', value: added('scrape', 'ownMs') }],
        note: `longest gap between two turns of the loop, without the time on the run queue, less that of a quiet stretch as long: ${seen('ownMs')}`,
      }),
      row({
        bench: 'window',
        name: '2000 paths: the same by the clock',
        value: added('closing', 'clockMs'),
        unit: 'ms',
        peers: [{ name: 'prom-client scrape', value: added('scrape', 'clockMs') }],
        note: `with the time in which the spinning main thread had no CPU, because others used the cores: ${seen('clockMs')}`,
      }),
    ];
  },
};

await runAlone(import.meta.url, window);
