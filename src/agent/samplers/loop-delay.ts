// Reads the main thread's loop-delay histogram, which was made there and is read here live. Thread: agent.
import type { IntervalHistogram } from 'node:perf_hooks';
import { msToNs } from '../../core/units.js';

/** How late the loop's timer fired: 0 is on time. */
export interface LoopDelay {
  delayNsP50: number;
  delayNsP99: number;
  delayNsMax: number;
}

/** What is read of monitorEventLoopDelay's histogram. */
export type DelayHistogram = Pick<IntervalHistogram, 'count' | 'max' | 'percentile'>;

/** The histogram holds whole intervals between firings of a timer, its period included: the period is taken off. */
export function readLoopDelay(histogram: DelayHistogram | null, resolutionMs: number): LoopDelay {
  // An empty histogram tells a max of 0 and a minimum of 2^63.
  if (histogram === null || histogram.count === 0) return { delayNsP50: 0, delayNsP99: 0, delayNsMax: 0 };
  const periodNs = msToNs(resolutionMs);
  const delay = (intervalNs: number): number => Math.max(0, intervalNs - periodNs);
  const delayNsMax = delay(histogram.max);
  // Percentiles are upper ends of buckets, which may lie above the largest value.
  const atMost = (percent: number): number => Math.min(delayNsMax, delay(histogram.percentile(percent)));
  return { delayNsP50: atMost(50), delayNsP99: atMost(99), delayNsMax };
}
