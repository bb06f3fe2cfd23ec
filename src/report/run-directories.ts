// Finds runs on disk and reads their reports, one at a time: a run may be larger than memory.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PitotError, show } from '../core/errors.js';
import type { Report } from './report-types.js';

const RUN_DIRECTORY = /^(.+)\.(\d{8}-\d{6})\.(\d+)$/;
const REPORT_FILE = /^report-(\d{6,})\.json$/;

/** A run directory, by its name. */
export interface RunDirectory {
  directory: string;
  service: string;
  /** YYYYMMDD-HHMMSS, local time of the process's start. */
  startedAt: string;
  pid: number;
}

/** Told about a file that is passed over: a run is still worth reading without it. */
export type OnSkipped = (message: string) => void;

/** The runs directly under a directory that hold a report (or need not: acceptEmpty), newest first; of one second, the higher pid first. */
export function findRuns(base: string, { acceptEmpty = false } = {}): RunDirectory[] {
  const runs: RunDirectory[] = [];
  for (const entry of readdirSync(base, { withFileTypes: true })) {
    const match = RUN_DIRECTORY.exec(entry.name);
    const directory = join(base, entry.name);
    if (match === null || !entry.isDirectory() || (reportFiles(directory).length === 0 && !acceptEmpty)) continue;
    runs.push({ directory, service: match[1], startedAt: match[2], pid: Number(match[3]) });
  }
  return runs.sort((a, b) => (a.startedAt === b.startedAt ? b.pid - a.pid : a.startedAt < b.startedAt ? 1 : -1));
}

/** Paths of a run's reports, oldest first; none where it cannot be read. */
export function reportFiles(directory: string): string[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  const seqOf = (name: string): number => Number(REPORT_FILE.exec(name)?.[1]);
  return names
    .filter((name) => REPORT_FILE.test(name))
    .sort((a, b) => seqOf(a) - seqOf(b))
    .map((name) => join(directory, name));
}

/** A run's reports, oldest first, each read when it is asked for. Files that are no reports are skipped with a message. */
export function* readReports(directory: string, onSkipped: OnSkipped): Generator<Report> {
  for (const path of reportFiles(directory)) {
    const report = tryRead(path, onSkipped);
    if (report !== undefined) yield report;
  }
}

/**
 * Reads one report file.
 * @throws PitotError INPUT_FILE where it cannot be read, is no JSON, or no report of this version.
 */
export function readReport(path: string): Report {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch (error) {
    throw notAReport(path, error instanceof Error ? error.message : String(error));
  }
  if (report?.schema !== 'pitot.report/1') throw notAReport(path, `schema ${show(report?.schema)}`);
  const missing = missingPart(report);
  if (missing !== undefined) throw notAReport(path, `a report without ${missing}`);
  return report;
}

/** What a merge walks through: a report that was written by hand or cut by a tool must not end in a TypeError deep inside. */
const LISTS = [
  'paths',
  'distributions',
  'counters',
  'gauges',
  'stalls',
  'leaks',
  'kpis',
  'alerts',
  'runtime.threads',
  'runtime.memory.spaces',
  'agent.faults',
];
const OBJECTS = ['window', 'records', 'config', 'runtime.cpu', 'runtime.memory', 'runtime.gc.byKind', 'runtime.eventLoop'];

function missingPart(report: Report): string | undefined {
  const at = (keys: string): unknown => keys.split('.').reduce((node: unknown, key) => (node as Record<string, unknown> | undefined)?.[key], report);
  return LISTS.find((keys) => !Array.isArray(at(keys))) ?? OBJECTS.find((keys) => typeof at(keys) !== 'object' || at(keys) === null);
}

/** Runs of the newest run's service that were running while it was: the processes of one service. The newest is first. */
export function runsOfNewest(base: string, onSkipped: OnSkipped): RunDirectory[] {
  const runs = findRuns(base);
  const newest = runs[0];
  if (newest === undefined) return [];
  const span = spanOf(newest.directory, onSkipped);
  if (span === undefined) return [newest];
  const others = runs.slice(1).filter((run) => {
    if (run.service !== newest.service) return false;
    const other = spanOf(run.directory, onSkipped);
    return other !== undefined && other.startMs < span.endMs && span.startMs < other.endMs;
  });
  return [newest, ...others];
}

/** What a path is: one run, a directory of runs, one report, or nothing. */
export function kindOfPath(path: string): 'run' | 'runs' | 'file' | 'missing' {
  if (!existsSync(path)) return 'missing';
  if (!statSync(path).isDirectory()) return 'file';
  return reportFiles(path).length > 0 || RUN_DIRECTORY.test(basename(path)) ? 'run' : 'runs';
}

/** From the start of a run's first window to the end of its last; undefined where no report can be read. */
function spanOf(directory: string, onSkipped: OnSkipped): { startMs: number; endMs: number } | undefined {
  const paths = reportFiles(directory);
  const first = firstReadable(paths, onSkipped);
  const last = firstReadable(paths.reverse(), onSkipped);
  return first && last && { startMs: Date.parse(first.window.startAt), endMs: Date.parse(last.window.endAt) };
}

function firstReadable(paths: readonly string[], onSkipped: OnSkipped): Report | undefined {
  for (const path of paths) {
    const report = tryRead(path, onSkipped);
    if (report !== undefined) return report;
  }
  return undefined;
}

function tryRead(path: string, onSkipped: OnSkipped): Report | undefined {
  try {
    return readReport(path);
  } catch (error) {
    onSkipped(`skipped ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function notAReport(path: string, received: string): PitotError {
  return new PitotError('INPUT_FILE', {
    option: path,
    allowed: 'a report (pitot.report/1)',
    received,
    remedy: 'Name a report-NNNNNN.json or a run directory.',
  });
}
