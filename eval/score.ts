// Sums over the programs of one Node.js line. What could not be run counts nowhere; a leak that is not seen has no culprit, and counts as not named.
import { median } from '../bench/median.js';
import type { Outcome } from './outcome.js';

export interface Score {
  node: string;
  programs: number;
  /** Programs that ended before their time, or could not be started: in none of the figures below. */
  failed: number;
  leaks: number;
  found: number;
  harmless: number;
  falseCriticals: number;
  /** Found / leaks; NaN where there are none. */
  recall: number;
  /** Found / (found + false criticals); NaN where nothing was said to leak. */
  precision: number;
  /** Shares of all leaks, found or not. */
  culpritFirst: number;
  culpritAmongThree: number;
  /** Leaks whose culprit counts as right, first, by the allocating function alone: there was no snapshot. */
  byFunctions: number;
  /** Leaks found of which no snapshot was looked into. */
  withoutSnapshot: number;
  /** Share of those found whose allocating function has a name. */
  allocationRight: number;
  /** Median, simulated; NaN: none was found. */
  minutesToLeak: number;
}

export function scoreOf(node: string, outcomes: readonly Outcome[]): Score {
  const ran = outcomes.filter(({ failure }) => failure === '');
  const leaks = ran.filter(({ pattern }) => pattern.expected === 'leak');
  const found = leaks.filter(({ judgement }) => judgement === 'right');
  const falseCriticals = ran.filter(({ judgement }) => judgement === 'false').length;
  const named = (key: 'culpritFirst' | 'culpritAmongThree'): number => leaks.filter((outcome) => outcome[key] === true).length / leaks.length;
  const allocated = found.filter(({ allocationRight }) => allocationRight !== null);
  return {
    node,
    programs: ran.length,
    failed: outcomes.length - ran.length,
    leaks: leaks.length,
    found: found.length,
    harmless: ran.length - leaks.length,
    falseCriticals,
    recall: found.length / leaks.length,
    precision: found.length / (found.length + falseCriticals),
    culpritFirst: named('culpritFirst'),
    culpritAmongThree: named('culpritAmongThree'),
    byFunctions: found.filter(({ namedBy, culpritFirst }) => namedBy === 'functions' && culpritFirst).length,
    withoutSnapshot: found.filter(({ namedBy }) => namedBy !== 'snapshot').length,
    allocationRight: allocated.filter(({ allocationRight }) => allocationRight).length / allocated.length,
    minutesToLeak: median(found.map(({ minutesToLeak }) => minutesToLeak!)),
  };
}
