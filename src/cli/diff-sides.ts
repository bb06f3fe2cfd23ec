// What a user names as BEFORE or AFTER of a diff: its reports, its CPU profiles, or both.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PitotError } from '../core/errors.js';
import type { ProfileSide } from '../flame/diff/block-sums.js';
import type { NamedProfile } from '../flame/profile.js';
import type { Report } from '../report/report-types.js';
import { kindOfPath, type OnSkipped, reportFiles } from '../report/run-directories.js';
import { usageError } from './parse-args.js';
import { selectReports } from './select-reports.js';

/** CPU profiles read a side, the newest ones: memory, at about a megabyte each. More windows say little more. */
const PROFILES_MAX = 200;
const WINDOW_PROFILE = /^CPU\..*\.cpuprofile$/;
/** V8's profiles and speedscope's; all other formats add samples up and forget their order. */
const ORDERED = /\.(?:cpuprofile|json)(?:\.gz)?$/i;

/** `profiles`: a profile, or a directory of them. `reports`: a report, a run directory, or a directory of runs. */
export interface DiffSide {
  path: string;
  kind: 'profiles' | 'reports';
  reports: Iterable<Report>;
  /** Asked for after the reports have been read: these name the files. */
  profileFiles(): string[];
}

/**
 * Recognises a path.
 * @throws PitotError INPUT_FILE for a path that is missing, or that is neither.
 */
export function sideOf(path: string, isReport: (file: string) => boolean, onSkipped: OnSkipped): DiffSide {
  const kind = kindOfPath(path);
  if (kind === 'missing') throw unreadable(path, 'nothing there');
  if (kind === 'file' && !isReport(path)) return profiles(path, [path]);
  if (kind === 'runs') {
    const found = cpuProfilesIn(path);
    if (found.length > 0) return profiles(path, found);
  }
  const named = new Set<string>();
  const directories = new Set<string>();
  function* reports(): Generator<Report> {
    for (const group of selectReports([path], false, onSkipped)) {
      if (kind !== 'file') directories.add(group.directory);
      for (const report of group.reports) {
        for (const file of report.cpu?.files ?? []) if (file.endsWith('.cpuprofile')) named.add(join(group.directory, file));
        yield report;
      }
    }
  }
  const profileFiles = (): string[] => {
    const there = [...named].filter((file) => existsSync(file));
    // Reports of another tool, or edited: what lies in the directory stands in.
    return there.length > 0 ? there : [...directories].flatMap((directory) => cpuProfilesIn(join(directory, 'flame')));
  };
  return { path, kind: 'reports', reports: reports(), profileFiles };
}

/** Only like is compared with like: a profile knows no paths. */
export function requireSameKind(before: DiffSide, after: DiffSide): void {
  if (before.kind === after.kind) return;
  const names = { profiles: 'a CPU profile', reports: 'reports' };
  throw usageError('AFTER', `${names[before.kind]} like BEFORE`, names[after.kind], 'Name two profiles, or two reports or run directories.');
}

/** Reads the profiles of a side; a file of a run that cannot be read is passed over with a message. */
export async function readProfiles(files: readonly string[], strict: boolean, onSkipped: OnSkipped): Promise<ProfileSide> {
  const { readProfileFile } = await import('../flame/formats/read-profile.js');
  const { SourceMaps } = await import('../flame/names/source-maps.js');
  // One for all files of a side: each map is parsed once.
  const sourceMaps = new SourceMaps();
  const read = new Map<string, NamedProfile[]>();
  // Names of profiles hold their time: the last are the newest.
  for (const file of [...files].sort().slice(-PROFILES_MAX)) {
    try {
      const process = processOf(file);
      read.set(process, [...(read.get(process) ?? []), ...(await readProfileFile(file, { sourceMaps }))]);
    } catch (error) {
      if (strict) throw error;
      onSkipped(`skipped ${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { profiles: [...read.values()].flatMap(withoutContained), ordered: files.every((file) => ORDERED.test(file)) };
}

/** Directory and pid: clocks of processes of one machine agree, so that times alone do not tell them apart. */
const processOf = (file: string): string => `${dirname(file)} ${/CPU\.\d+\.\d+\.(\d+)\./.exec(file)?.[1] ?? ''}`;

/** The profile of an incident lies within the window's: its samples must not count twice. Of one process. */
export function withoutContained(read: readonly NamedProfile[]): NamedProfile[] {
  const kept: NamedProfile[] = [];
  for (const profile of [...read].sort((a, b) => a.startUs - b.startUs || b.endUs - a.endUs)) {
    const isContained = kept.some((other) => other.thread === profile.thread && other.startUs <= profile.startUs && profile.endUs <= other.endUs);
    if (!isContained) kept.push(profile);
  }
  return kept;
}

function profiles(path: string, files: string[]): DiffSide {
  return { path, kind: 'profiles', reports: [], profileFiles: () => files };
}

function cpuProfilesIn(directory: string): string[] {
  try {
    if (reportFiles(directory).length > 0) return [];
    return readdirSync(directory)
      .filter((name) => WINDOW_PROFILE.test(name))
      .map((name) => join(directory, name));
  } catch {
    return [];
  }
}

function unreadable(path: string, received: string): PitotError {
  return new PitotError('INPUT_FILE', {
    option: path,
    allowed: 'a profile, a report or a run directory',
    received,
    remedy: 'Name a .cpuprofile, a report-NNNNNN.json or a run directory.',
  });
}
