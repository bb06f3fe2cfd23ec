// A run's timeline within its limit: neighbours are merged in pairs, so that old and new have the same resolution.
import { thinTimeline } from '../../report/merge-timelines.js';
import type { TimelinePoint } from '../../report/report-types.js';

/** At most `pointsMax` points: levels and ratios weighted by time, collections added, maxima (and p99, which does not merge) the higher of the two. */
export function mergeTimeline(points: readonly TimelinePoint[], pointsMax: number): TimelinePoint[] {
  return thinTimeline(points, pointsMax);
}

/** The same for one point that follows another. */
export function joinPoints(before: TimelinePoint, after: TimelinePoint): TimelinePoint {
  return thinTimeline([before, after], 1)[0];
}
