// Which process the kernel ends when memory runs out: the analysis, and not the service beside it, which is the larger one.
import { writeFileSync } from 'node:fs';

/** The highest, of -1000 to 1000. Making it higher needs no privilege. */
const OOM_SCORE_ADJ_MAX = 1000;

/** Has the kernel end this process before any other of its container. Where there is no such thing, or it is not allowed, nothing changes. */
export function beKilledFirst(pid: number | 'self' = 'self'): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, String(OOM_SCORE_ADJ_MAX));
  } catch {
    // Not Linux, not to be written, or it has ended already.
  }
}
