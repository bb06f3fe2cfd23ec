// Runs an application of test/fixtures/stalls that blocks a thread, and reads what pitot left of it.
import { readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { CpuProfile } from '../../src/flame/formats/cpu-profile.js';
import type { Report, Stall } from '../../src/report/report-types.js';
import type { StallLine } from '../../src/report/stall-log.js';
import { App, type AppOptions, type Ended, ROOT } from '../support/app.js';

const FIXTURES = join(ROOT, 'test/fixtures/stalls');

/** Sampling period that the applications run with. */
export const INTERVAL_MS = 10;

/** The block as the application itself saw it. */
export interface Block {
  /** The thread that blocked. */
  thread: string;
  /** Wall clock. */
  startMs: number;
  endMs: number;
  durationMs: number;
  /** The machine's clock. */
  startUs: number;
}

export interface StallRun extends Ended {
  app: App;
  /** The run directory. */
  directory: string;
  lines: StallLine[];
  reports: Report[];
}

/** An application of the fixtures, with all of their files beside it. */
export function stallApp(name: string, options: Partial<AppOptions> = {}): App {
  const paths = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(FIXTURES, path)).isFile());
  const files = Object.fromEntries(paths.map((path) => [path, readFileSync(join(FIXTURES, path), 'utf8')]));
  const source = files[`${name}.mjs`] ?? '';
  // The log says when sampler and pool are there; the exit waits for the last report however crowded the machine is.
  const env = { PITOT_LOG_LEVEL: 'debug', PITOT_EXIT_WAIT_MS: '10000', PITOT_FLAME_FORMATS: 'none', ...options.env };
  const app = new App({ timeoutMs: 60_000, ...options, file: `${name}.mjs`, source, files, env });
  symlinkSync(join(ROOT, 'node_modules/piscina'), join(app.directory, 'node_modules/piscina'));
  return app;
}

export async function runStall(t: ExecutionContext, app: App): Promise<StallRun> {
  t.teardown(() => app.remove());
  const ended = await app.run();
  t.is(ended.stderr, '');
  t.is(ended.code, 0, `signal ${ended.signal}`);
  return readRun(app, ended);
}

export function readRun(app: App, ended: Ended): StallRun {
  const [directory] = app.runs();
  return { ...ended, app, directory, lines: stallLines(app), reports: app.windows() };
}

/** Whole lines of stalls.ndjson; none where there is no such file. */
export function stallLines(app: App): StallLine[] {
  const [directory] = app.runs();
  try {
    const lines = readFileSync(join(directory, 'stalls.ndjson'), 'utf8').split('\n');
    return lines.slice(0, -1).map((line) => JSON.parse(line) as StallLine);
  } catch {
    return [];
  }
}

export const readBlock = (app: App): Block => JSON.parse(readFileSync(join(app.directory, 'block.json'), 'utf8')) as Block;

const startOf = ({ startAt }: Stall): number => Date.parse(startAt);

/** Lines of the stall that lay over most of the block. A crowded machine may have its own, before it. */
export function linesOfBlock({ lines }: StallRun, block: Block): StallLine[] {
  const overlapMs = (line: StallLine): number => Math.min(startOf(line) + line.durationMs, block.endMs) - Math.max(startOf(line), block.startMs);
  const [most] = lines.filter((line) => line.thread === block.thread).sort((a, b) => overlapMs(b) - overlapMs(a));
  return most === undefined ? [] : lines.filter(({ id }) => id === most.id);
}

export const readFlame = (directory: string, file: string): CpuProfile => JSON.parse(readFileSync(join(directory, file), 'utf8')) as CpuProfile;

/** 1-based line on which a function of a fixture begins, found by what its definition begins with. */
export function lineOf(path: string, definition: string): number {
  const at = readFileSync(join(FIXTURES, path), 'utf8')
    .split('\n')
    .findIndex((line) => line.trimStart().startsWith(definition));
  if (at < 0) throw new Error(`no ${definition} in ${path}`);
  return at + 1;
}

/**
 * That verdict; starved where the line's own figures say that the thread got less than half of a core, as on a crowded machine. There a stall may also open
 * with the time before the block, in which the thread had nothing to do: it waited then. So does one whose files are on a disk that is busy with others'.
 */
export function assertVerdict(t: ExecutionContext, line: StallLine, verdict: StallLine['verdict']): void {
  const isDisk = line.reason.includes('uninterruptible: a disk');
  const excuses = line.cpuMs / line.durationMs >= 0.5 ? [] : line.event === 'open' || isDisk ? ['starved', 'waiting'] : ['starved'];
  t.true([verdict, ...excuses].includes(line.verdict), `${line.event} ${line.verdict}: ${line.reason}`);
}

/** The lines tell of one stall from its opening to its end, and the reports have it as the last line has it. */
export function assertTold(t: ExecutionContext, { reports }: StallRun, lines: StallLine[]): { open: StallLine; end: StallLine } {
  const events = lines.map(({ event }) => event);
  t.deepEqual(events, ['open', ...events.slice(1, -1).map(() => 'update'), 'end'], JSON.stringify(lines));
  t.deepEqual(
    lines.map(({ ongoing }) => ongoing),
    events.map((event) => event !== 'end'),
  );
  const [open, end] = [lines[0], lines[lines.length - 1]];
  const reported = reports.flatMap(({ stalls }) => stalls).findLast(({ id }) => id === end.id);
  const { event, at, ...stall } = end;
  t.like(reported, stall);
  return { open, end };
}

/** The flame file is of the stall's interval to a sample or two, and holds the block. */
export function assertFlame(t: ExecutionContext, { directory }: StallRun, end: StallLine, block: Block): CpuProfile {
  const profile = readFlame(directory, end.file);
  const { startTime, endTime, samples, timeDeltas } = profile;
  t.is(samples.length, timeDeltas.length);
  const lengthMs = (timeDeltas.reduce((sum, delta) => sum + delta, 0) - timeDeltas[0]) / 1000;
  // On a crowded machine samples come late.
  const sampleMs = Math.max(INTERVAL_MS, ...timeDeltas.slice(1).map((delta) => delta / 1000));
  t.true(Math.abs(lengthMs - end.durationMs) <= 2 * sampleMs, `${lengthMs} ms of samples in ${end.durationMs} ms, ${sampleMs} ms apart`);
  const stallStartUs = block.startUs + (startOf(end) - block.startMs) * 1000;
  const aheadMs = (startTime - stallStartUs) / 1000;
  const behindMs = (endTime - stallStartUs) / 1000 - end.durationMs;
  t.true(Math.abs(aheadMs) <= 2 * sampleMs && Math.abs(behindMs) <= 2 * sampleMs, `${aheadMs} ms ahead, ${behindMs} ms behind, ${sampleMs} ms apart`);
  return profile;
}

/** Self time of a function, as V8 named it, within a profile, 0..1. */
export function shareOf({ nodes, samples, timeDeltas }: CpuProfile, isIt: (frame: CpuProfile['nodes'][number]['callFrame']) => boolean): number {
  const ids = new Set(nodes.filter(({ callFrame }) => isIt(callFrame)).map(({ id }) => id));
  let [own, all] = [0, 0];
  for (let i = 0; i + 1 < samples.length; i++) {
    all += timeDeltas[i + 1];
    if (ids.has(samples[i])) own += timeDeltas[i + 1];
  }
  return own / all;
}
