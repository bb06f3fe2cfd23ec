// How long a sink is left alone after it failed: exponential, with full jitter, never less than it asked for.
import { SINK_RETRY_MS, SINK_RETRY_MS_MAX } from '../../core/limits.js';

/**
 * Full jitter ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015): uniform below a ceiling that doubles, so that processes which failed
 * together do not come back together. What the receiver asked for is waited for first, and the jitter comes on top.
 * @param failures in a row, from 1.
 */
export function backOffMs(failures: number, random: () => number, askedMs = 0): number {
  const ceilingMs = Math.min(SINK_RETRY_MS_MAX, SINK_RETRY_MS * 2 ** Math.min(failures - 1, 30));
  return askedMs + random() * (askedMs > 0 ? Math.min(ceilingMs, SINK_RETRY_MS) : ceilingMs);
}
