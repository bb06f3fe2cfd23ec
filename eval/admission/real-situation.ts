// One situation for real: a service under pitot in a control group of its own, whose limit leaves so much, asks for a snapshot, and may be killed for it.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, fstatSync, mkdtempSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BYTES_PER_MIB } from '../../src/core/units.js';
import { programEnv, programFile } from '../program-files.js';
import type { AskingAnswer, AskingTask } from './asking-process.js';
import { fits } from './judge.js';
import { MemoryGroup } from './memory-group.js';
import type { Judged, Measured, Situation } from './situation.js';

const REGISTER_URL = import.meta.resolve('pitot/register');
/** A process that takes longer is ended; the situation says nothing then. */
const PROCESS_MS_MAX = 120_000;
/** Not the question here: memory and disk decide. */
const PAUSE_MS_MAX = 600_000;
const REFUSED_FOR_ROOM = /^(?:it may need|its file may take)/;

interface Asked {
  /** Null: it was killed, or never came to ask. */
  answer: AskingAnswer | null;
  hasAsked: boolean;
  wasKilled: boolean;
  /** How it ended, and what it said. */
  ending: string;
  emptyFiles: number;
  halfFiles: number;
}

/** node: a binary. A refusal is judged by a second process with the same heap, and without a limit. */
export async function runReal(situation: Situation, node: string): Promise<Judged> {
  const startMs = Date.now();
  const asked = await ask(situation, node, situation);
  const { answer, hasAsked, wasKilled, ending, emptyFiles, halfFiles } = asked;
  const judged = { situation, isReal: true, isRefusalRight: null, emptyFiles, halfFiles, measured: null };
  const tookMs = (): number => Date.now() - startMs;
  if (answer === null) return { ...judged, outcome: wasKilled && hasAsked ? 'killed' : 'failed', reason: ending, tookMs: tookMs() };
  if (answer.file !== '') return { ...judged, outcome: 'taken', reason: '', measured: measuredOf(answer), tookMs: tookMs() };
  if (!REFUSED_FOR_ROOM.test(answer.refused)) {
    const outcome = answer.refused.startsWith('failed: ENOSPC') ? 'lost' : 'failed';
    return { ...judged, outcome, reason: answer.refused, tookMs: tookMs() };
  }
  const free = (await ask(situation, node, null)).answer;
  const measured = free === null || free.file === '' ? null : measuredOf(free);
  const isFitting = fits(situation, measured);
  return {
    ...judged,
    outcome: 'refused',
    isRefusalRight: isFitting === null ? null : !isFitting,
    reason: answer.refused,
    measured,
    tookMs: tookMs(),
  };
}

const measuredOf = (answer: AskingAnswer): Measured => ({
  usedBytes: answer.usedBytes,
  largeRatio: answer.largeRatio,
  spikeBytes: Math.max(0, answer.rssPeakBytes - answer.rssBeforeBytes),
  predictedBytes: answer.predictedBytes,
  fileBytes: answer.fileBytes,
  pauseMs: answer.pauseMs,
});

/** room: null leaves all that the machine has. */
async function ask(task: Situation, node: string, room: Situation | null): Promise<Asked> {
  const group = new MemoryGroup(`pitot-eval-${process.pid}`);
  const reportsDir = mkdtempSync(join(tmpdir(), 'pitot-eval-admission-'));
  const isMounted = room?.diskMib != null;
  if (isMounted) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${Math.ceil(room.diskMib ?? 0)}m`, 'tmpfs', reportsDir]);
  const { shape, heapMib, seed } = task;
  const child = start(group, node, reportsDir, { shape, heapMib, seed });
  try {
    return { ...(await converse(child, group, room)), ...filesOf(reportsDir) };
  } finally {
    child.kill('SIGKILL');
    if (isMounted) execFileSync('umount', [reportsDir]);
    rmSync(reportsDir, { recursive: true, force: true, maxRetries: 3 });
    await group.remove();
  }
}

/** From its first page on what it takes is counted to the group. */
function start(group: MemoryGroup, node: string, reportsDir: string, task: AskingTask): ChildProcess {
  const env = programEnv({ PITOT_DIR: reportsDir, PITOT_HEAP_PAUSE_MS: String(PAUSE_MS_MAX), PITOT_FLAME_FORMATS: 'none' });
  const program = [node, '--import', REGISTER_URL, programFile('eval/admission/asking-process'), JSON.stringify(task)];
  return spawn('sh', ['-c', 'echo $$ > "$0" && exec "$@"', group.procsFile, ...program], { env, stdio: ['pipe', 'pipe', 'pipe'] });
}

async function converse(child: ChildProcess, group: MemoryGroup, room: Situation | null): Promise<Omit<Asked, 'emptyFiles' | 'halfFiles'>> {
  let answer: AskingAnswer | null = null;
  let hasAsked = false;
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-1000);
  });
  child.stdin?.on('error', () => {});
  const timer = setTimeout(() => child.kill('SIGKILL'), PROCESS_MS_MAX);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(`ended with ${code ?? signal}: ${stderr.trim()}`));
  });
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line !== 'ready') {
      answer = JSON.parse(line) as AskingAnswer;
      continue;
    }
    if (room !== null) group.limit(group.usedBytes - group.fileBytes + room.leftMib * BYTES_PER_MIB);
    hasAsked = true;
    child.stdin?.write('go\n');
  }
  const ending = await ended;
  clearTimeout(timer);
  // The end of an address space or a failed malloc is as much of a kill.
  return { answer, hasAsked, wasKilled: group.kills > 0 || child.signalCode === 'SIGABRT', ending };
}

/** What lies under final names. A snapshot ends with the end of its strings. */
function filesOf(reportsDir: string): Pick<Asked, 'emptyFiles' | 'halfFiles'> {
  const found = { emptyFiles: 0, halfFiles: 0 };
  for (const run of readdirSync(reportsDir).filter((name) => !name.startsWith('.'))) {
    const heap = join(reportsDir, run, 'heap');
    if (!existsSync(heap)) continue;
    for (const name of readdirSync(heap).filter((file) => file.endsWith('.heapsnapshot') && !file.startsWith('.'))) {
      if (statSync(join(heap, name)).size === 0) found.emptyFiles++;
      else if (!/\]\}\s*$/.test(endOf(join(heap, name)))) found.halfFiles++;
    }
  }
  return found;
}

function endOf(file: string): string {
  const fd = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(64);
    return bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, Math.max(0, fstatSync(fd).size - bytes.length)));
  } finally {
    closeSync(fd);
  }
}
