// How fast is a heap snapshot of 200 MB read and analysed, and in how much memory?
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnv } from './child.js';
import { median } from './median.js';
import { atLeast, atMost, type Bench, type Row, row } from './row.js';
import { runAlone } from './run-benches.js';

/** Sessions of five objects and a closure each: 200 MB of snapshot. */
const SESSIONS = 210_000;
const RUNS = 5;
const SCRIPT = `
class Session { constructor(i) { this.id = 'user-' + i; this.cart = [{ sku: i }, { sku: i + 1 }];
  this.meta = { at: 1e12 + i, ip: '10.0.0.' + i }; this.touch = () => i; } }
globalThis.sessions = new Map();
for (let i = 0; i < Number(process.argv[2]); i++) sessions.set('s' + i, new Session(i));
require('node:v8').writeHeapSnapshot(process.argv[3]);
`;

interface Analysed {
  nodes: number;
  edges: number;
  readMs: number;
  dominatorsMs: number;
  totalMs: number;
  cpuMs: number;
  rssBytesMax: number;
}

export const heapParser: Bench = {
  name: 'heap-parser',
  async run({ quick, progress }) {
    const directory = mkdtempSync(join(tmpdir(), 'pitot-bench-heap-'));
    try {
      const script = join(directory, 'heap.cjs');
      const file = join(directory, 'bench.heapsnapshot');
      writeFileSync(script, SCRIPT);
      progress(`a snapshot of ${quick ? 'few' : SESSIONS} sessions is written`);
      execFileSync(process.execPath, [script, String(quick ? 5000 : SESSIONS), file], { env: childEnv({}), stdio: 'inherit' });
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

/** In a fresh process each time: what counts is the first, uncompiled, and its peak. */
function analysed(file: string): Analysed {
  const child = fileURLToPath(new URL('./children/heap-analysis.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [child, file], { encoding: 'utf8', env: childEnv({}) });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Analysed;
}

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
