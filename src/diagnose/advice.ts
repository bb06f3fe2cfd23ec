// The advisor: what would make the service faster or safer, each with the figures that show it. No figure, no finding.
import type { Finding } from '../core/alert-types.js';
import { batchAdvice, eventSizeAdvice, streamsAdvice } from './advice/command-advice.js';
import { poolAdvice } from './advice/pool-advice.js';
import { recalculationAdvice, serialAdvice } from './advice/projection-advice.js';
import type { Figures } from './figures.js';

/** Of a window: figures of a step have no distributions. At most one finding of each kind; thresholds: advice-thresholds.ts. */
export function adviceOf(figures: Figures): Finding[] {
  return [streamsAdvice, eventSizeAdvice, batchAdvice, poolAdvice, recalculationAdvice, serialAdvice].flatMap((advise) => advise(figures));
}
