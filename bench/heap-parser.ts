// How fast is a heap snapshot of 200 MB read and analysed, and in how much memory? With `--large`: beside memlab, and 2 GB.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Analysed, analysed, SESSIONS, writeSnapshot } from './heap-files.js';
import { largeRows } from './heap-large.js';
import { median } from './median.js';
import { atLeast, atMost, type Bench, type Row, row } from './row.js';
import { runAlone } from './run-benches.js';

const QUICK_SESSIONS = 5000;
const RUNS = 5;

export const heapParser: Bench = {
  name: 'heap-parser',
  async run(options) {
    const { quick, large, progress } = options;
    const directory = mkdtempSync(join(tmpdir(), 'pitot-bench-heap-'));
    try {
      if (large) return await largeRows(directory, options);
      const file = join(directory, 'bench.heapsnapshot');
      const sessions = quick ? QUICK_SESSIONS : SESSIONS;
      progress(`a snapshot of ${sessions} sessions is written`);
      writeSnapshot(directory, file, sessions);
      const runs = Array.from({ length: quick ? 1 : RUNS }, (_, i) => {
        progress(`analysis ${i + 1}`);
        return analysed(file);
      });
      return rowsOf(runs, statSync(file).size);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

function rowsOf(runs: readonly Analysed[], fileBytes: number): Row[] {
  const of = (value: (run: Analysed) => number): number => median(runs.map(value));
  const [{ nodes, edges }] = runs;
  const figure = (name: string, value: number, unit: string, bound: Row['bound'], note = ''): Row =>
    row({ bench: 'heap-parser', name, value, unit, bound, note });
  const readMs = of((run) => run.readMs);
  return [
    figure(
      'read',
      readMs,
      'ms',
      atMost(1000),
      `${(fileBytes / 1e6).toFixed(0)} MB, ${nodes} nodes, ${edges} edges; median of ${runs.length} processes`,
    ),
    figure('read, speed', fileBytes / 1e3 / readMs, 'MB/s', atLeast(200)),
    figure(
      'dominators and retained sizes',
      of((run) => run.dominatorsMs),
      'ms',
      null,
    ),
    figure(
      'all, with suspects',
      of((run) => run.totalMs),
      'ms',
      atMost(2000),
    ),
    figure(
      'all, CPU of the process',
      of((run) => run.cpuMs),
      'ms',
      null,
      'with its start and the compiler',
    ),
    figure('peak RSS', Math.max(...runs.map((run) => run.rssBytesMax)) / 1e6, 'MB', atMost(450)),
  ];
}

await runAlone(import.meta.url, heapParser);
