// `npm run eval:leaks`: all programs of the corpus, the real packages and the further leaks under pitot, or those named, on one line of Node.js or several.
import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { describeMachine } from '../bench/machine.js';
import type { Pattern } from './corpus/pattern.js';
import { PATTERNS } from './corpus/patterns.js';
import { FURTHER } from './further/further.js';
import { install, nodeBinary } from './install.js';
import type { Outcome } from './outcome.js';
import { PACKAGES } from './packages/packages.js';
import { type EvaluationDocument, jsonOf, textOf } from './print.js';
import { runProgram } from './run-program.js';
import { scoreOf } from './score.js';
import { selectPatterns } from './select-patterns.js';

const USAGE = `Usage: npm run eval:leaks -- [--node 20,22,24,26] [--jobs 2] [--scale 60] [--json] [--keep] [program ...]
  program   an id (closure-array), a number of the table (N3a), corpus, packages, further, leaks or harmless; all by default
  --node    lines of Node.js, installed where they are not there, or paths of binaries; the installed one by default
  --jobs    programs at once; each has its application thread, its agent thread and, at a verdict, the analysis of a snapshot
  --scale   how many times as fast as real time; the detector's time is divided by it too
  --keep    leave the reports, and say where
`;

/**
 * Between the first programs of a line, real time: what begins together is said to leak together, and two cores that take all those snapshots at once stand still
 * for longer than any is waited for.
 */
const STAGGER_MS = 30_000;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

interface Settings {
  patterns: readonly Pattern[];
  nodes: string[];
  jobs: number;
  scale: number;
  json: boolean;
  keep: boolean;
}

async function evaluate({ patterns, nodes, jobs, scale, json, keep }: Settings): Promise<void> {
  const document: EvaluationDocument = { schema: 'pitot.eval-leaks/1', machine: describeMachine(), scale, scores: [], outcomes: [] };
  for (const lineOrPath of nodes) {
    const node = await nodeBinary(lineOrPath, say);
    if (node === null) continue;
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
    const outcomes: Outcome[] = [];
    const queue = [...patterns];
    const work = async (_: unknown, job: number): Promise<void> => {
      await pause(job * STAGGER_MS);
      for (let pattern = queue.shift(); pattern !== undefined; pattern = queue.shift()) {
        const packages = pattern.install.length === 0 ? '' : await install(pattern.install, say);
        if (packages === null) continue;
        const outcome = await runProgram(pattern, { node, version, scale, packages, keep, say });
        say(`${version} ${pattern.id}: ${outcome.failure === '' ? `${outcome.verdict}, ${outcome.judgement}` : 'FAILED'}`);
        outcomes.push(outcome);
      }
    };
    await Promise.all(Array.from({ length: Math.min(jobs, queue.length) }, work));
    outcomes.sort((a, b) => patterns.indexOf(a.pattern) - patterns.indexOf(b.pattern));
    document.outcomes.push(...outcomes);
    document.scores.push(scoreOf(version, outcomes));
  }
  process.stdout.write(json ? jsonOf(document) : textOf(document));
}

function parse(args: string[]): Settings {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = { node: text, jobs: text, scale: text, json: flag, keep: flag } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const number = (name: 'jobs' | 'scale', fallback: number): number => {
    const value = Number(values[name] ?? fallback);
    if (!(value >= 1)) throw new Error(`--${name}: expected a number from 1, received ${values[name]}`);
    return value;
  };
  return {
    patterns: selectPatterns([...PATTERNS, ...PACKAGES, ...FURTHER], positionals),
    nodes: values.node?.split(',') ?? [process.execPath],
    jobs: Math.floor(number('jobs', 2)),
    scale: number('scale', 60),
    json: values.json,
    keep: values.keep,
  };
}

let settings: Settings | null = null;
try {
  settings = parse(process.argv.slice(2));
} catch (error) {
  say(`${(error as Error).message}\n${USAGE}`);
  process.exitCode = 2;
}
if (settings !== null) await evaluate(settings);
