// `npm run eval:admission`: heap snapshots asked for in random situations, some in real control groups, the rest by figures. Exit code 1 where a process was
// killed for one, or left a file of no bytes.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from '../bench/machine.js';
import { seededRandom } from '../src/flame/diff/seeded-random.js';
import { drawReal, drawSimulated } from './admission/draw-situations.js';
import { missingMemoryGroup } from './admission/memory-group.js';
import { admissionText, faultsOf } from './admission/print-admission.js';
import { runReal } from './admission/real-situation.js';
import { runSimulated } from './admission/simulated-situation.js';
import type { Judged } from './admission/situation.js';
import { nodeBinary } from './install.js';

const USAGE = `Usage: npm run eval:admission -- [--count 200] [--real N] [--node 20] [--seed 1]
  --count   situations
  --real    how many of them are real processes with a memory limit; three in ten by default. Some seconds each
  --node    a line of Node.js, installed where it is not there, or the path of a binary; the installed one by default
  --seed    of chance
`;
const REAL_RATIO = 0.3;
const say = (text: string): void => void process.stderr.write(`${text}\n`);

interface Settings {
  count: number;
  real: number;
  node: string;
  seed: number;
}

async function evaluate({ count, real, node: lineOrPath, seed }: Settings): Promise<void> {
  const node = await nodeBinary(lineOrPath, say);
  if (node === null) return;
  const machine = describeMachine();
  const random = seededRandom(seed);
  const missing = await missingMemoryGroup();
  const judged: Judged[] = [];
  const drawn = drawReal(missing === null ? real : 0, random, mayMount());
  for (const [index, situation] of drawn.entries()) {
    const one = await runReal(situation, node);
    judged.push(one);
    const { shape, heapMib, leftMib } = situation;
    const what = `${shape}, ${heapMib.toFixed(0)} MiB with ${leftMib.toFixed(0)} left: ${one.outcome} in ${(one.tookMs / 1000).toFixed(1)} s`;
    say(`${index + 1} of ${drawn.length}: ${what} ${one.reason}`);
  }
  for (const situation of drawSimulated(count - judged.length, random)) judged.push(runSimulated(situation, random));
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  process.stdout.write(admissionText(machine, version, judged, missing ?? ''));
  if (faultsOf(judged) > 0) process.exitCode = 1;
}

/** Whether this user may mount a small disk in memory. */
function mayMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-eval-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory], { stdio: 'ignore' });
    execFileSync('umount', [directory]);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(directory);
  }
}

function parse(args: string[]): Settings {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args, options: { count: text, real: text, node: text, seed: text } });
  const number = (name: 'count' | 'real' | 'seed', fallback: number): number => {
    const value = Number(values[name] ?? fallback);
    if (!Number.isInteger(value) || value < 0) throw new Error(`--${name}: expected a whole number from 0, received ${values[name]}`);
    return value;
  };
  const count = number('count', 200);
  const real = Math.min(count, number('real', Math.round(count * REAL_RATIO)));
  return { count, real, node: values.node ?? process.execPath, seed: number('seed', 1) };
}

let settings: Settings | null = null;
try {
  settings = parse(process.argv.slice(2));
} catch (error) {
  say(`${(error as Error).message}\n${USAGE}`);
  process.exitCode = 2;
}
if (settings !== null) await evaluate(settings);
