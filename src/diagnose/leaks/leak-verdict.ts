// The verdict on one class of memory: whether it leaks, how fast, how long it has left, and why one thinks so.
import type { AgedFunction } from './judge-ages.js';
import type { QuietFunction } from './quiet-functions.js';

export const LEAK_KINDS = ['heap', 'external', 'native', 'handles'] as const;
export type LeakKind = (typeof LEAK_KINDS)[number];

export interface LeakVerdict {
  kind: LeakKind;
  verdict: 'none' | 'suspected' | 'leak';
  /** null for 'none' and 'suspected'. critical: grows by 10 % an hour and more, or a limit is less than 30 minutes away. */
  severity: 'critical' | 'warning' | null;
  /** Robust slope; of handles a count. With a time scale, an hour is that much shorter. NaN: too little is known. */
  growthBytesPerHour: number;
  /** The same as a part of the level at the window's start, which counts as 50 MB at least. */
  growthRatioPerHour: number;
  /** Bounds of growthBytesPerHour, 99 % each; NaN: not known. */
  lowerPerHour: number;
  upperPerHour: number;
  /** The level above the lowest of the last day: what has grown in all; NaN: not known. */
  grownBytes: number;
  /** The same of the growth that is spoken of alone: from its start, as far as a window shows it, to the highest level since; NaN: not known. */
  trendGrownBytes: number;
  /** Of handles, the count that grows; empty: none does, or it is no count. */
  name: string;
  /** 0..1; an ordering, not a probability. */
  confidence: number;
  /** By the slope, in the time that the rates are in; null: nothing grows, or no limit is known. */
  msToLimit: number | null;
  /** The limit that is reached first. */
  limit: 'heap limit' | 'memory limit' | null;
  /** When the growth began that is spoken of, as atMs of the points; null: nothing grows. */
  sinceMs: number | null;
  /** What speaks for a leak, in words. */
  evidence: string[];
  /** Why this is no alarm, or not one yet, in words; empty for 'leak'. */
  whyNot: string;
  /** Functions that allocated what has not died, most bytes first. Heap only. */
  functions: AgedFunction[];
  /** Functions that allocated what is alive as well, and are known not to leak. Heap only. */
  quietFunctions: readonly QuietFunction[];
}
