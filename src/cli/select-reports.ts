// From the paths a user names to the reports of each process: none is read twice, and a process named in pieces stays one.
import { dirname, resolve } from 'node:path';
import { PitotError } from '../core/errors.js';
import { readLeaks } from '../report/leaks-log.js';
import type { ReportGroup } from '../report/merge-reports.js';
import type { Report } from '../report/report-types.js';
import { findRuns, kindOfPath, type OnSkipped, readReport, readReports, runsOfNewest } from '../report/run-directories.js';
import { readStalls } from '../report/stall-log.js';

/**
 * Reports of the named paths, a group a process, read as they are asked for. With `all`, every run of a directory of runs, else its newest.
 * @throws PitotError INPUT_FILE for a path that is missing, a file that is no report, or a directory without runs.
 */
export function selectReports(paths: readonly string[], all: boolean, onSkipped: OnSkipped): ReportGroup[] {
  const runs = new Map<string, string>();
  const windows = new Map<string, { directory: string; reports: Map<string, Report> }>();
  for (const path of paths) {
    const kind = readable(path, () => kindOfPath(path));
    if (kind === 'missing') throw unreadable(path, 'nothing there');
    if (kind === 'run') runs.set(resolve(path), path);
    if (kind === 'runs') {
      const found = readable(path, () => (all ? findRuns(path) : runsOfNewest(path, onSkipped)));
      const newest = readable(path, () => findRuns(path, { acceptEmpty: true })[0]);
      // A process that was killed early, or has just begun: what it has left is not in a report.
      if (found.length > 0 && newest?.directory !== found[0].directory)
        onSkipped(`the newest run has no report yet, see pitot report ${newest.directory}`);
      if (found.length === 0 && newest !== undefined) found.push(newest);
      if (found.length === 0) throw unreadable(path, 'a directory without one');
      for (const run of found) runs.set(resolve(run.directory), run.directory);
    }
    if (kind === 'file') {
      const report = readReport(path);
      const group = windows.get(dirname(resolve(path))) ?? { directory: dirname(path), reports: new Map() };
      windows.set(dirname(resolve(path)), group);
      // latest.json is a copy of a numbered report.
      group.reports.set(`${report.host} ${report.pid} ${report.seq}`, report);
    }
  }
  return [
    ...[...runs.values()].map((directory) => ({
      directory,
      reports: readReports(directory, onSkipped),
      stalls: readable(directory, () => readStalls(directory)),
      leaks: readable(directory, () => readLeaks(directory)),
    })),
    ...[...windows].filter(([key]) => !runs.has(key)).flatMap(([, { directory, reports }]) => byProcess(directory, [...reports.values()])),
  ];
}

/** Files of several processes may have been copied into one directory. */
function byProcess(directory: string, reports: readonly Report[]): ReportGroup[] {
  const groups = new Map<string, Report[]>();
  for (const report of reports) {
    const key = `${report.host} ${report.pid}`;
    groups.set(key, [...(groups.get(key) ?? []), report]);
  }
  return [...groups.values()].map((group) => ({ directory, reports: group.sort((a, b) => a.seq - b.seq) }));
}

function readable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unreadable(path, error instanceof Error ? error.message : String(error));
  }
}

function unreadable(path: string, received: string): PitotError {
  const remedy = 'Name a run directory, a report file, or the directory that holds the runs (PITOT_DIR).';
  return new PitotError('INPUT_FILE', { option: path, allowed: 'a run with at least one report', received, remedy });
}
