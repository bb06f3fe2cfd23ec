// A heap snapshot as the naming of leaks knows it: when it was taken, and how much of a leak it can show.
import type { LeakKind, LeakVerdict } from '../../diagnose/leaks/leak-verdict.js';

/** Part of a leak, as it is now, that must have been there: with less, what is nearest in size would be named. */
const GROWN_RATIO_MIN = 0.1;

export interface TakenSnapshot {
  /** Relative to the run directory. */
  file: string;
  /** On the clock of the verdicts, ms. */
  atMs: number;
  /** What each kind had grown by then; NaN: not known. */
  grownBytes: ReadonlyMap<LeakKind, number>;
}

/** The growth that a snapshot shows; null: it is older than the leak, or has next to nothing of it. NaN: not known. */
export function grownIn({ atMs, grownBytes }: TakenSnapshot, { kind, sinceMs, grownBytes: nowBytes }: LeakVerdict): number | null {
  const thenBytes = grownBytes.get(kind) ?? Number.NaN;
  if (sinceMs !== null && atMs <= sinceMs) return null;
  return nowBytes > 0 && thenBytes < nowBytes * GROWN_RATIO_MIN ? null : thenBytes;
}
