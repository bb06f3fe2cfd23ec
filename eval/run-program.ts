// Runs one program under pitot, as a user would, in compressed time: until its leak is named, or for as long as it is to be watched.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pattern } from './corpus/pattern.js';
import { type Outcome, outcomeOf } from './outcome.js';
import { programEnv, programFile } from './program-files.js';
import { readVerdicts, readWhyNot, runDirectories, type VerdictLine } from './read-verdicts.js';

const REGISTER_URL = import.meta.resolve('pitot/register');

/** The collector's time is not compressed: a smaller young generation, MiB, brings objects to the old one as early as they would come there in an hour. */
const SEMI_SPACE_MIB = 2;
/** Heap limit of a service in a small container, MiB. With it V8 collects once in 50 simulated seconds; with the default of 4 GiB, once in 4 to 8 minutes. */
const OLD_SPACE_MIB = 256;
/** Reports are for what was no alarm; leaks.ndjson is written at once. */
const INTERVAL_MS = 5000;
const LOOK_MS = 500;
/** A snapshot, and looking into it, takes real time: so long after the verdict the culprit may be named. */
const NAME_MS_MAX = 60_000;
/** A program that is told to end, or should have ended, and has not. */
const END_MS_MAX = 30_000;
const OUTPUT_CHARACTERS_MAX = 2000;

export interface RunOptions {
  /** Binary of Node.js, and its version. */
  node: string;
  version: string;
  scale: number;
  /** Directory of what `install` names; empty where it names nothing. */
  packages: string;
  /** Leaves the reports, and says where. */
  keep: boolean;
  say(text: string): void;
}

export async function runProgram(pattern: Pattern, options: RunOptions): Promise<Outcome> {
  const { scale } = options;
  const reportsDir = mkdtempSync(join(tmpdir(), `pitot-eval-${pattern.id}-`));
  const startMs = Date.now();
  const program = start(pattern, reportsDir, options);
  const watchedMs = (pattern.minutes * 60_000) / scale;
  const endMs = startMs + watchedMs + namingMs(pattern) + END_MS_MAX;
  let isStopped = false;
  while (!program.hasEnded() && Date.now() < endMs) {
    await Promise.race([program.ended, pause(LOOK_MS)]);
    if (pattern.expected !== 'leak' || !isDone(readVerdicts(reportsDir), pattern, startMs + watchedMs)) continue;
    isStopped = true;
    break;
  }
  const failure = await program.end();
  const facts = { pattern, node: options.version, startMs, scale, whyNot: readWhyNot(reportsDir) };
  const outcome = outcomeOf(readVerdicts(reportsDir), {
    ...facts,
    failure: failure === '' || isStopped ? startFailure(reportsDir, program.output()) : failure,
  });
  if (options.keep) options.say(`${pattern.id}: reports in ${reportsDir}`);
  else rmSync(reportsDir, { recursive: true, force: true, maxRetries: 3 });
  return outcome;
}

/** Without pitot, that nothing was said would mean nothing. */
function startFailure(reportsDir: string, output: string): string {
  return runDirectories(reportsDir).length === 0 ? `pitot wrote nothing: ${output}` : '';
}

/** A leak goes on beyond the time in which its verdict is waited for: none is cut off in the middle of its naming. */
const namingMs = ({ expected }: Pattern): number => (expected === 'leak' ? NAME_MS_MAX : 0);

/** Named, or so long after the verdict that nothing more will come, or no verdict by the end of its time. */
export function isDone(lines: readonly VerdictLine[], { kind }: Pattern, endMs: number, nowMs: number = Date.now()): boolean {
  // Another class of memory may be seen first, as the descriptors of worker threads are: that is not waited for.
  const ofKind = lines.filter((line) => line.verdict === 'leak' && line.kind === kind);
  if (ofKind.length === 0) return nowMs > endMs;
  return ofKind.some(({ isNamed }) => isNamed) || nowMs - ofKind[0].atMs > NAME_MS_MAX;
}

function start(pattern: Pattern, reportsDir: string, { node, scale, packages }: RunOptions) {
  const env = programEnv({
    EVAL_SCALE: String(scale),
    EVAL_MINUTES: String(pattern.minutes + (namingMs(pattern) * scale) / 60_000),
    EVAL_BYTES_PER_HOUR: String(pattern.bytesPerHour),
    EVAL_PACKAGES: packages,
    PITOT_DIR: reportsDir,
    PITOT_TIME_SCALE: String(scale),
    PITOT_INTERVAL_MS: String(INTERVAL_MS),
    PITOT_FLAME_FORMATS: 'none',
  });
  const flags = [`--max-semi-space-size=${SEMI_SPACE_MIB}`, `--max-old-space-size=${OLD_SPACE_MIB}`, '--import', REGISTER_URL];
  const child = spawn(node, [...flags, programFile(pattern.program), ...pattern.args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-OUTPUT_CHARACTERS_MAX);
    });
  }
  let failure: string | null = null;
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      failure = error.message;
      resolve();
    });
    child.once('close', (code, signal) => {
      failure ??= code === 0 ? '' : `ended with ${code ?? signal}: ${output}`;
      resolve();
    });
  });
  return {
    ended,
    hasEnded: () => failure !== null,
    output: () => output,
    /** Ends it where it still runs; why it failed, or empty. */
    async end(): Promise<string> {
      if (failure !== null) return failure;
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX);
      await ended;
      clearTimeout(killer);
      return failure ?? '';
    },
  };
}
