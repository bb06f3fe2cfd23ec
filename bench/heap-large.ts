// Large heap snapshots beside memlab on the same files, and one that memlab is not asked to do: minutes, gigabytes of disk and of memory, so only where `--large` asks.
import { spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from '../eval/install.js';
import { childEnv } from './child.js';
import { type Analysed, analysed, SESSIONS, writeSnapshot } from './heap-files.js';
import { median } from './median.js';
import { MEMLAB, MEMLAB_SOURCE, type MemlabFigures } from './memlab.js';
import { atLeast, atMost, type BenchOptions, exactly, type Row, row } from './row.js';

/** Sizes of the issue, as multiples of the sessions that make 205 MB. */
const BESIDE = [
  { name: '205 MB', sessions: SESSIONS },
  { name: '750 MB', sessions: Math.round(SESSIONS * 3.66) },
];
const LARGEST = { name: '2 GB', sessions: SESSIONS * 10 };
const QUICK_RATIO = 0.02;
const RUNS = 3;
const GIB = 2 ** 30;
const ALLOWED_BYTES = 4 * GIB;
/** memlab gets what it likes: half of the machine's 24 GB. */
const MEMLAB_HEAP_MIB = 12_288;
const MEMLAB_MS_MAX = 900_000;
const CLI_MS_MAX = 600_000;

export async function largeRows(directory: string, options: BenchOptions): Promise<Row[]> {
  const { progress, quick } = options;
  const memlab = await install(MEMLAB, progress);
  const rows: Row[] = [];
  for (const { name, sessions } of [...BESIDE, LARGEST]) {
    const file = join(directory, 'large.heapsnapshot');
    progress(`${name}: the snapshot is written`);
    writeSnapshot(directory, file, Math.round(sessions * (quick ? QUICK_RATIO : 1)));
    const isLargest = name === LARGEST.name;
    rows.push(...(isLargest ? largest(name, file, options) : beside(name, file, memlab, options)));
    rmSync(file);
  }
  return rows;
}

const figure = (name: string, value: number, unit: string, more: Partial<Row> = {}): Row => row({ bench: 'heap-parser', name, value, unit, ...more });

function beside(name: string, file: string, memlab: string | null, { progress, quick }: BenchOptions): Row[] {
  const theirs = memlab === null ? null : byMemlab(memlab, file, (text) => progress(`${name}: ${text}`));
  const runs = Array.from({ length: quick ? 1 : RUNS }, (_, i) => {
    progress(`${name}: analysis ${i + 1}`);
    return analysed(file);
  });
  const totalMs = median(runs.map((run) => run.totalMs));
  const rssBytes = Math.max(...runs.map((run) => run.rssBytesMax));
  const peers = (value: (figures: MemlabFigures) => number) => (theirs === null ? [] : [{ name: 'memlab', value: value(theirs) }]);
  const note = `${describe(file, runs[0])}; median time and largest peak of ${runs.length} processes; memlab once, reading, dominators and retained sizes`;
  return [
    figure(`${name}: all`, totalMs / 1000, 's', { peers: peers((figures) => figures.totalMs / 1000), note }),
    figure(`${name}: peak RSS`, rssBytes / GIB, 'GiB', { peers: peers((figures) => figures.rssBytesMax / GIB) }),
    ...(theirs === null
      ? []
      : [
          figure(`${name}: times as fast as memlab`, theirs.totalMs / totalMs, '×', { bound: atLeast(5) }),
          figure(`${name}: of memlab's memory`, rssBytes / theirs.rssBytesMax, '×', { bound: atMost(0.5) }),
          // The same heap in both, or the comparison is worth nothing.
          figure(`${name}: nodes and bytes apart from memlab's`, apart(runs[0], theirs), '', { bound: exactly(0) }),
        ]),
  ];
}

const apart = (ours: Analysed, theirs: MemlabFigures): number =>
  Math.abs(ours.nodes - theirs.nodes) + Math.abs(ours.edges - theirs.edges) + Math.abs(ours.totalBytes - theirs.selfBytes);

/** null where it ends without figures: out of memory, or too slow. */
function byMemlab(directory: string, file: string, progress: (text: string) => void): MemlabFigures | null {
  progress('memlab');
  const args = [`--max-old-space-size=${MEMLAB_HEAP_MIB}`, '-e', MEMLAB_SOURCE, join(directory, 'package.json'), file];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: childEnv({}),
    timeout: MEMLAB_MS_MAX,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return JSON.parse(stdout) as MemlabFigures;
  progress(`memlab ended with ${status ?? signal}: ${stderr.trim().split('\n').at(-1)}`);
  return null;
}

/** Within the memory that it is allowed, and by the command line, as a person sees it: what it tells while it works. */
function largest(name: string, file: string, { progress }: BenchOptions): Row[] {
  progress(`${name}: analysis`);
  const run = analysed(file, ALLOWED_BYTES);
  progress(`${name}: pitot heap`);
  const cli = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [cli, 'heap', file, '--memory', String(ALLOWED_BYTES / 2 ** 20)], {
    encoding: 'utf8',
    env: childEnv({}),
    timeout: CLI_MS_MAX,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(stderr);
  const told = stderr.trim() === '' ? [] : stderr.trim().split('\n');
  return [
    figure(`${name}: all`, run.totalMs / 1000, 's', { note: describe(file, run) }),
    figure(`${name}: peak RSS`, run.rssBytesMax / GIB, 'GiB', { bound: atMost(ALLOWED_BYTES / GIB), note: 'with --memory 4096' }),
    figure(`${name}: lines of progress`, told.length, 'lines', {
      bound: atLeast(2),
      note: `to a file, one each two seconds at the most: ${told.map((line) => line.replace(file, 'FILE')).join('; ')}`,
    }),
  ];
}

const describe = (file: string, { nodes, edges }: Analysed): string => `${(statSync(file).size / 1e6).toFixed(0)} MB, ${nodes} nodes, ${edges} edges`;
