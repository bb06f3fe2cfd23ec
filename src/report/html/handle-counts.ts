// Things counted by name over a run: at its start, at least, at most, and now.
import type { TimelinePoint } from '../report-types.js';

export interface HandleCount {
  name: string;
  first: number;
  least: number;
  most: number;
  now: number;
}

/** Counted together with the active resources: where it stands, an active resource that is missing is one of which there is none. */
const RESOURCES_MARK = 'listener warnings';

/** What grew most first. timeline: in order of time. */
export function handleCounts(timeline: readonly TimelinePoint[]): HandleCount[] {
  const names = new Set(timeline.flatMap(({ handles = {} }) => Object.keys(handles)));
  const counts = Array.from(names, (name): HandleCount => {
    const seen = timeline.flatMap(({ handles = {} }) => {
      if (Object.hasOwn(handles, name)) return [handles[name]];
      return Object.hasOwn(handles, RESOURCES_MARK) ? [0] : [];
    });
    return {
      name,
      first: seen[0],
      least: seen.reduce((a, b) => Math.min(a, b)),
      most: seen.reduce((a, b) => Math.max(a, b)),
      now: seen[seen.length - 1],
    };
  });
  return counts.sort((a, b) => b.now - b.first - (a.now - a.first) || (a.name < b.name ? -1 : 1));
}
