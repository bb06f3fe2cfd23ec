// CPU time by path: attributed samples of all threads, summed. Thread: pool worker. Pure.
import { CPU_PATH_FLAMES_MAX } from '../../core/limits.js';
import { usToMs } from '../../core/units.js';
import type { CpuByPath, FlameTree } from '../../report/report-types.js';
import type { NamedProfile } from '../profile.js';
import { type Attribution, busyNodes, UNATTRIBUTED } from './attribute.js';

/** A profile with each sample's path, both of one thread. */
export interface AttributedProfile {
  profile: NamedProfile;
  attribution: Attribution;
}

/** Name of the row for CPU time that is nobody's. */
export const UNATTRIBUTED_NAME = '(unattributed)';

interface PathTime {
  us: number;
  samples: number;
  syncSamples: number;
}

/**
 * A row a path that has a sample, most time first (then by name), and `(unattributed)` last, even without time. No rows when nothing burned CPU.
 * A sample's time is that up to the next one; the last of a profile has none and only marks its end. The rows' times add up to the busy time of the profiles.
 *
 * @param nameOf name and labels of a process's path id.
 * @param flameOf call tree of the samples that `keep` chooses, by index of the profile and of its sample; asked for the CPU_PATH_FLAMES_MAX rows with the most time, and for the last one.
 */
export function cpuByPath(
  profiles: readonly AttributedProfile[],
  nameOf: (path: number) => { name: string; labels: Readonly<Record<string, string>> },
  flameOf: (keep: (profile: number, sample: number) => boolean) => FlameTree | null,
): CpuByPath[] {
  const busy = profiles.map(({ profile }) => busyNodes(profile));
  const times = new Map<number, PathTime>();
  let busyUs = 0;
  profiles.forEach(({ profile: { samples, timesUs }, attribution }, p) => {
    for (let i = 0; i + 1 < samples.length; i++) {
      if (busy[p][samples[i]] === 0) continue;
      const us = timesUs[i + 1] - timesUs[i];
      let time = times.get(attribution.path[i]);
      if (time === undefined) times.set(attribution.path[i], (time = { us: 0, samples: 0, syncSamples: 0 }));
      time.us += us;
      time.samples++;
      time.syncSamples += attribution.sync[i];
      busyUs += us;
    }
  });
  if (times.size === 0) return [];
  const rest = times.get(UNATTRIBUTED) ?? { us: 0, samples: 0, syncSamples: 0 };
  times.delete(UNATTRIBUTED);
  const named = [...times].map(([path, time]) => ({ path, time, ...nameOf(path) }));
  named.sort((a, b) => b.time.us - a.time.us || compare(a.name, b.name) || a.path - b.path);
  const rows = [...named, { path: UNATTRIBUTED, time: rest, name: UNATTRIBUTED_NAME, labels: {} }];
  return rows.map(({ path, time, name, labels }, row) => ({
    name,
    labels,
    cpuMs: usToMs(time.us),
    ratio: busyUs > 0 ? time.us / busyUs : 0,
    samples: time.samples,
    syncSamples: time.syncSamples,
    flame:
      time.us > 0 && (row < CPU_PATH_FLAMES_MAX || path === UNATTRIBUTED)
        ? flameOf((p, i) => profiles[p].attribution.path[i] === path && busy[p][profiles[p].profile.samples[i]] === 1)
        : null,
  }));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
