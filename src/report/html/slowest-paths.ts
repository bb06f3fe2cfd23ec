// Which paths to look at first: the ones that took the most time in all, and the ones whose slow calls are slowest.
import type { PathStats } from '../report-types.js';
import { totalNsOf } from './page-data.js';

/** Calls from which a p99 means more than the slowest call: one in a hundred must exist. */
export const P99_COUNT_MIN = 100;
const NAMED_MAX = 3;

export interface SlowestPaths {
  byTotal: PathStats[];
  byP99: PathStats[];
  /** True where no path has enough calls for a p99, so all were compared. */
  fewCalls: boolean;
}

export function slowestPaths(paths: readonly PathStats[]): SlowestPaths {
  const enough = paths.filter((path) => path.count >= P99_COUNT_MIN);
  const compared = enough.length > 0 ? enough : paths;
  return {
    byTotal: top(paths, totalNsOf),
    byP99: top(compared, (path) => path.p99Ns),
    fewCalls: enough.length === 0,
  };
}

function top(paths: readonly PathStats[], size: (path: PathStats) => number): PathStats[] {
  return [...paths]
    .filter((path) => size(path) > 0)
    .sort((a, b) => size(b) - size(a))
    .slice(0, NAMED_MAX);
}
