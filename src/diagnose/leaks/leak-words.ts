// Growth, ages and reasons as a person reads them.
import { formatBytes } from '../../core/units.js';
import { durationWords, HOUR_MS } from '../rules/durations.js';
import type { WindowTrend } from './growth-trend.js';
import type { AgedFunction, AgeKind } from './judge-ages.js';
import { CRITICAL_RATIO_PER_HOUR, SLOW_RATIO_PER_HOUR, SLOW_WINDOW_MS } from './leak-thresholds.js';
import type { LeakKind } from './leak-verdict.js';

const NOUNS: Record<Exclude<LeakKind, 'handles'>, string> = {
  heap: 'the live heap',
  external: 'external memory (buffers and what native objects report)',
  native: 'native memory (outside the V8 heap)',
};

export const sayPercent = (ratio: number): string => `${Math.abs(ratio) < 0.1 ? (ratio * 100).toFixed(1) : Math.round(ratio * 100)} %`;
export const sayRate = (bytesPerHour: number): string => `${formatBytes(bytesPerHour)} an hour`;
export const sayDuration = (ms: number): string =>
  durationWords(ms < HOUR_MS ? Math.max(60_000, Math.round(ms / 60_000) * 60_000) : Math.round(ms / 600_000) * 600_000);
export const sayFunction = ({ function: name, file, line }: AgedFunction): string => (file === '' ? name : `${name} ${file}:${line}`);

export function sayGrowth({ kind, name }: { kind: LeakKind; name?: string }, trend: WindowTrend): string {
  const over = sayDuration(trend.windowMs);
  if (kind === 'handles') {
    return `${name} grew by ${Math.round(trend.growthBytes)} in ${over}: ${Math.round(trend.bytesPerHour)} an hour (surely ${Math.round(trend.lowerPerHour)})`;
  }
  return (
    `${NOUNS[kind]} grew by ${formatBytes(trend.growthBytes)} in ${over}: ${sayRate(trend.bytesPerHour)} (surely ${sayRate(trend.lowerPerHour)}),` +
    ` ${sayPercent(trend.ratioPerHour)} of ${formatBytes(trend.baseBytes)}${trend.isByWork ? '; in time it slows down as the work does, by work it does not' : ''}`
  );
}

export function sayNoGrowth(trend: WindowTrend, perHourMin: number): string {
  const rate = `${sayPercent(Math.max(0, trend.ratioPerHour))} an hour`;
  const over = `over ${sayDuration(trend.windowMs)}`;
  const least = trend.windowMs >= SLOW_WINDOW_MS ? SLOW_RATIO_PER_HOUR : CRITICAL_RATIO_PER_HOUR;
  switch (trend.no) {
    case 'flat':
      return `does not grow (${over})`;
    case 'slow':
      return trend.ratioPerHour < least
        ? `grows ${rate} ${over}, less than ${sayPercent(least)}`
        : `grows ${sayRate(trend.bytesPerHour)} ${over}, less than ${sayRate(perHourMin)}`;
    case 'unsteady':
      return `goes up and down: the slope of ${rate} ${over} may be chance`;
    case 'slowing':
      return `the growth slows down: ${over} its newer half grows at ${sayPercent(Math.max(0, trend.concavityRatio))} of the older half's slope, as a cache that fills`;
    case 'step':
      return `rose by ${formatBytes(trend.growthBytes)} in a few jumps ${over}, and not between them: a step, not growth`;
    default:
      return `grew by ${formatBytes(trend.growthBytes)} ${over}, no more than its noise`;
  }
}

/** Why the ages of what is alive speak against a leak. */
export function sayAgainst(reason: AgeKind, most: AgedFunction | undefined): string {
  const who = most === undefined ? '' : `: ${sayFunction(most)}, ${formatBytes(most.bytes)}`;
  switch (reason) {
    case 'in-flight':
      return `what is alive of late is young: work in flight, or sessions, of which the old ones go${who}`;
    case 'step':
      return `what was added was born all at once: a step, not growth${who}`;
    case 'front':
      return `what was added was born early and little since: a warm-up, or a cache at its cap${who}`;
    case 'turnover':
      return `as much dies as is born: more new objects are alive than the level has risen by, a cache or sessions that are replaced${who}`;
    case 'mortal':
      return `objects of this function have been freed at an age of ${sayDuration(most?.lifetimeMs ?? 0)} and less, and none of these is older${who}`;
    case 'dying':
    case 'gaps':
      return `old objects are missing among what is alive: they die in time${who}`;
    case 'regrown':
      return `one large array or table that is copied as it grows: its age tells nothing${who}`;
    default:
      return `no function's objects have all ages${who}`;
  }
}

export function sayAges(functions: readonly AgedFunction[]): string[] {
  return functions
    .filter(({ kind }) => kind === 'all-ages')
    .slice(0, 3)
    .map(
      (one) =>
        `of what ${sayFunction(one)} and what V8 inlined into it allocated, objects of all ages are alive and none was seen to die: ${formatBytes(one.bytes)}, ${sayRate(one.bytesPerHour)}`,
    );
}
