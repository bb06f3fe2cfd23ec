// The action `flame`: the CPU profile of the moment, as files under flame/.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ALERT_FLAME_THREADS_MAX, FLAME_ACTION_MS_MAX, FLAMES_AT_ONCE_MAX } from '../../core/limits.js';
import { nameProfile } from '../../flame/names/name-profile.js';
import type { Profile } from '../../flame/profile.js';
import { mergeSegments } from '../../flame/profile-segments.js';
import { sumProfiles } from '../../flame/sum-profiles.js';
import { FLAME_DIRECTORY, flameFileName, writeCpuProfile, writeFlameFiles } from '../../report/flame-files.js';
import type { Action } from './action.js';

/** takeFlame: writes the profile of the moment under the sequence `alert-0001` and returns its first file; null: there are no samples. */
export function flameAction(directory: string, takeFlame: (sequence: string) => Promise<string | null>): Action {
  let number = -1;
  let underWay = 0;
  return {
    atResolve: false,
    pace: 'at-once',
    timeoutMs: FLAME_ACTION_MS_MAX,
    async run() {
      if (underWay >= FLAMES_AT_ONCE_MAX) return `refused: ${underWay} are being taken`;
      if (number < 0) number = lastNumber(directory);
      underWay++;
      try {
        const file = await takeFlame(`alert-${String(++number).padStart(4, '0')}`);
        return file ?? 'no file: there are no CPU samples of this moment';
      } finally {
        underWay--;
      }
    },
  };
}

export interface AlertFlame {
  /** The run directory. */
  directory: string;
  /** `alert-0001`. */
  sequence: string;
  service: string;
  pid: number;
  /** Wall clock of the end of the segments, ms since the epoch. */
  endWallMs: number;
  cwd: string;
  /** As for windows: `cpuprofile`, `svg`, … The .cpuprofile is written whatever they are. */
  formats: readonly string[];
  /** The newest segments of each thread, in order of time. */
  threads: readonly { threadId: number; segments: readonly Profile[] }[];
}

/** Writes what the segments show: a .cpuprofile of main and of the busiest threads, the other formats of all. Their names, main's .cpuprofile first. */
export async function writeAlertFlame({ directory, sequence, service, pid, endWallMs, cwd, formats, threads }: AlertFlame): Promise<string[]> {
  const merged = threads
    .filter(({ segments }) => segments.some(({ samples }) => samples.length > 0))
    .map(({ threadId, segments }) => ({ threadId, profile: mergeSegments(segments) }))
    .sort((a, b) => Number(b.threadId === 0) - Number(a.threadId === 0) || b.profile.samples.length - a.profile.samples.length);
  if (merged.length === 0) return [];
  const files = merged
    .slice(0, ALERT_FLAME_THREADS_MAX)
    .map(({ threadId, profile }) => writeCpuProfile(directory, flameFileName(endWallMs, pid, threadId, sequence), profile));
  const named = merged.map(({ profile }) => nameProfile(profile, { cwd, sourceMaps: null }));
  const others = formats.filter((format) => format !== 'cpuprofile');
  const title = `${service} · CPU · ${sequence}`;
  const subtitle = `until ${new Date(endWallMs).toISOString()}`;
  return [
    ...files,
    ...(await writeFlameFiles(directory, flameFileName(endWallMs, pid, 0, sequence), others, { named, tree: sumProfiles(named), title, subtitle })),
  ];
}

/** The highest number in a run directory, 0 without any: an agent thread that was started anew goes on counting. */
function lastNumber(directory: string): number {
  const flames = join(directory, FLAME_DIRECTORY);
  if (!existsSync(flames)) return 0;
  return readdirSync(flames).reduce((highest, name) => Math.max(highest, Number(/\.alert-(\d+)\./.exec(name)?.[1] ?? 0)), 0);
}
