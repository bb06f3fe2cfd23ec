// The verdict on one class of memory, from its trends, its ages where it has some, and what was known before.
import { HOUR_MS } from '../rules/durations.js';
import type { AgeEvidence } from './age-evidence.js';
import type { WindowTrend } from './growth-trend.js';
import type { GrowthWatch } from './growth-watch.js';
import type { AgeJudgement } from './judge-ages.js';
import {
  AGELESS_HOLDS_MS,
  AGELESS_WINDOW_MIN_MS,
  CEILING_EXCESS_RATIO,
  CRITICAL_RATIO_PER_HOUR,
  FAST_LEVEL_RATIO_MIN,
  FAST_LIMIT_MS,
  FAST_UPTIME_MIN_MS,
  NATIVE_SHARE_MIN,
  OVER_GROWTH_RATIO,
  OVER_SLOPE_RATIO,
  PATIENCE_MS,
  SLOW_RATIO_PER_HOUR,
  STAYS_CRITICAL_RATIO,
  STRICT_HOLDS_MS,
  TRAFFIC_RATIO_MIN,
  UPTIME_MIN_MS,
} from './leak-thresholds.js';
import type { LeakKind, LeakVerdict } from './leak-verdict.js';
import { sayAgainst, sayAges, sayDuration, sayGrowth, sayNoGrowth, sayPercent, sayRate } from './leak-words.js';
import type { LevelHistory } from './level-history.js';
import { trafficGrowth } from './traffic-growth.js';

export interface ReachableLimit {
  name: 'heap limit' | 'memory limit';
  missingBytes: number;
  usedRatio: number;
}

export interface Growth {
  kind: LeakKind;
  nowMs: number;
  startMs: number;
  /** undefined: of handles, none grows. */
  watch: GrowthWatch | undefined;
  /** Of handles, the count that grows. */
  name?: string;
  perHourMin: number;
  limits: readonly ReachableLimit[];
  /** Calls finished; where they are not counted, bytes allocated. */
  work: LevelHistory;
  growingHandles: readonly string[];
  /** Of native memory: the live heap, while that is suspected or a leak. */
  heap?: GrowthWatch;
  ages?: AgeEvidence;
}

/** A leak stays one until it is over. */
export interface KnownLeak {
  sinceMs: number;
  /** Level at the start of the growth, and its highest since. */
  fromLevel: number;
  toLevel: number;
  isCritical: boolean;
  /** What was said when it was found. */
  evidence: string[];
  confidence: number;
}

const FELL_BEFORE = 'was as high before and came down again';

export interface Judged {
  verdict: LeakVerdict;
  known: KnownLeak | undefined;
  /** The ages of what is alive speak against a leak. */
  isRefuted?: boolean;
}

export function judgeGrowth(growth: Growth, before: KnownLeak | undefined): Judged {
  const { watch, nowMs, kind } = growth;
  if (watch === undefined || watch.trends.length === 0) return none(growth, undefined, kind === 'handles' ? 'no count grows' : sayTooLittle(growth));
  const fast = fastGrowth(growth, watch);
  if (fast !== undefined) return found(growth, fast, before, true, before?.confidence ?? 0.8, before?.evidence ?? []);
  if (before !== undefined && !isOver(watch, before)) {
    const lasting = growth.ages === undefined ? watch.surestOver(AGELESS_WINDOW_MIN_MS) : watch.persisting;
    const trend = lasting ?? watch.trends[watch.trends.length - 1];
    return found(growth, trend, before, staysCritical(growth, trend, before), before.confidence, before.evidence);
  }
  const trend = watch.persisting;
  if (trend !== undefined) return growth.ages === undefined ? judgeAgeless(growth, watch, trend) : judgeAged(growth, watch, trend, growth.ages);
  const near = watch.whyNot;
  const begun = watch.first !== undefined || near === undefined;
  return none(
    growth,
    watch.first ?? near,
    begun ? `growth has begun, and has not lasted yet: ${sayDuration(nowMs - growth.startMs)} of data` : sayNoGrowth(near, growth.perHourMin),
  );
}

function judgeAged(growth: Growth, watch: GrowthWatch, trend: WindowTrend, evidence: AgeEvidence): Judged {
  const { nowMs, startMs } = growth;
  if (nowMs - startMs < UPTIME_MIN_MS) return suspected(growth, trend, `only ${sayDuration(nowMs - startMs)} of data`, 0.2);
  const ages = evidence.judgement(nowMs, watch.history.latest);
  if (ages?.verdict === 'refuted') return { ...none(growth, trend, sayAgainst(ages.reason, ages.functions[0])), isRefuted: true };
  if (watch.isFilling(nowMs, startMs)) return suspected(growth, trend, sayFilling(nowMs - startMs), 0.4);
  // In a young process two profiles may both lie in one tooth of a saw.
  if (watch.isBelowCeiling() && nowMs - startMs < PATIENCE_MS) return suspected(growth, trend, FELL_BEFORE, 0.3);
  if (ages?.verdict === 'leak') {
    const confidence = 0.8 + 0.15 * ages.generationRatio + (watch.strictMs > 0 ? 0.04 : 0);
    return found(growth, trend, undefined, trend.isCritical && isAgedCritical(ages, trend), confidence, sayAges(ages.functions));
  }
  const isBlind = ages?.verdict === 'unclear' || evidence.isMissing(nowMs);
  if (isBlind && watch.strictMs >= STRICT_HOLDS_MS) return judgeByTrend(growth, watch, trend);
  if (ages?.verdict === 'unclear') return suspected(growth, trend, sayAgainst(ages.reason, ages.functions[0]), 0.5);
  if (watch.provable === undefined) return suspected(growth, trend, FELL_BEFORE, 0.3);
  return suspected(
    growth,
    trend,
    evidence.isMissing(nowMs) ? 'no heap profile tells the ages of what is alive' : 'the ages of what is alive are being looked at',
    0.5,
  );
}

function judgeAgeless(growth: Growth, watch: GrowthWatch, trend: WindowTrend): Judged {
  const { nowMs, startMs } = growth;
  if (nowMs - startMs < UPTIME_MIN_MS) return suspected(growth, trend, `only ${sayDuration(nowMs - startMs)} of data`, 0.2);
  if (watch.isFilling(nowMs, startMs)) return suspected(growth, trend, sayFilling(nowMs - startMs), 0.4);
  const all = watch.trends[watch.trends.length - 1];
  const heapPerHour = growth.heap?.trends.find(({ windowMs }) => windowMs === all.windowMs)?.bytesPerHour ?? 0;
  if (heapPerHour > 0 && all.bytesPerHour < NATIVE_SHARE_MIN * (all.bytesPerHour + heapPerHour))
    return suspected(growth, trend, sayAlong(heapPerHour), 0.3);
  const long = watch.surestOver(AGELESS_WINDOW_MIN_MS);
  if (long !== undefined && (watch.strictMs >= AGELESS_HOLDS_MS || watch.hasDoubled(AGELESS_WINDOW_MIN_MS))) return judgeByTrend(growth, watch, long);
  return suspected(growth, trend, `grows steadily for ${sayDuration(watch.strictMs)}, not yet for ${sayDuration(AGELESS_HOLDS_MS)}`, 0.5);
}

/** Without ages: growth that lasts, is not the traffic's, and reaches a level that was not there before. */
function judgeByTrend(growth: Growth, watch: GrowthWatch, trend: WindowTrend): Judged {
  if (watch.isBelowCeiling(CEILING_EXCESS_RATIO * trend.growthBytes)) return suspected(growth, trend, FELL_BEFORE, 0.3);
  // Where a long window has ceased to grow, the noise of a short one lies on top of the traffic's growth.
  for (const { fromMs, growthBytes, baseBytes } of [trend, watch.trends[watch.trends.length - 1]]) {
    const traffic = trafficGrowth(growth.work, fromMs, growth.nowMs);
    if (traffic > 0 && traffic >= (TRAFFIC_RATIO_MIN * growthBytes) / baseBytes) {
      return suspected(growth, trend, `traffic grew by ${sayPercent(traffic)} in the same time`, 0.3);
    }
  }
  const evidence = [`it has grown steadily for ${sayDuration(Math.max(watch.strictMs, trend.windowMs))}, to a level not seen before`];
  return found(growth, trend, undefined, trend.isCritical, 0.75, evidence);
}

function none(growth: Growth, trend: WindowTrend | undefined, whyNot: string): Judged {
  return { verdict: { ...verdictOf(growth, trend), whyNot }, known: undefined };
}

function suspected(growth: Growth, trend: WindowTrend, whyNot: string, confidence: number): Judged {
  const evidence = [sayGrowth(growth, trend), ...sayHandles(growth), ...sayLimit(growth, trend)];
  return { verdict: { ...verdictOf(growth, trend), verdict: 'suspected', sinceMs: trend.fromMs, confidence, evidence, whyNot }, known: undefined };
}

function found(
  growth: Growth,
  trend: WindowTrend,
  before: KnownLeak | undefined,
  isCritical: boolean,
  confidence: number,
  reasons: string[],
): Judged {
  const level = growth.watch?.history.latest ?? 0;
  const sinceMs = before?.sinceMs ?? trend.fromMs;
  const known: KnownLeak = {
    sinceMs,
    fromLevel: before?.fromLevel ?? level - trend.growthBytes,
    toLevel: Math.max(before?.toLevel ?? level, level),
    isCritical,
    evidence: reasons,
    confidence,
  };
  const verdict: LeakVerdict = {
    ...verdictOf(growth, trend),
    verdict: 'leak',
    severity: isCritical ? 'critical' : 'warning',
    confidence,
    sinceMs,
    evidence: [sayGrowth(growth, trend), ...reasons, ...sayHandles(growth), ...sayLimit(growth, trend)],
    trendGrownBytes: known.toLevel - known.fromLevel,
    functions: growth.ages?.last?.functions.filter(({ kind }) => kind === 'all-ages') ?? [],
    quietFunctions: growth.ages?.quiet ?? [],
  };
  return { verdict, known };
}

function verdictOf(growth: Growth, trend: WindowTrend | undefined): LeakVerdict {
  const { msToLimit, limit } = timeToLimit(growth, trend);
  return {
    kind: growth.kind,
    verdict: 'none',
    severity: null,
    growthBytesPerHour: trend?.bytesPerHour ?? Number.NaN,
    growthRatioPerHour: trend?.ratioPerHour ?? Number.NaN,
    lowerPerHour: trend?.lowerPerHour ?? Number.NaN,
    upperPerHour: trend?.upperPerHour ?? Number.NaN,
    grownBytes: growth.watch === undefined ? Number.NaN : growth.watch.history.latest - growth.watch.history.lowest,
    trendGrownBytes: trend?.growthBytes ?? Number.NaN,
    name: growth.name ?? '',
    confidence: 0,
    msToLimit,
    limit,
    sinceMs: null,
    evidence: [],
    whyNot: '',
    functions: [],
    quietFunctions: [],
  };
}

function timeToLimit({ limits }: Growth, trend: WindowTrend | undefined): Pick<LeakVerdict, 'msToLimit' | 'limit'> {
  if (trend === undefined || !(trend.bytesPerHour > 0)) return { msToLimit: null, limit: null };
  let nearest: ReachableLimit | undefined;
  for (const limit of limits) if (nearest === undefined || limit.missingBytes < nearest.missingBytes) nearest = limit;
  if (nearest === undefined) return { msToLimit: null, limit: null };
  return { msToLimit: (Math.max(0, nearest.missingBytes) / trend.bytesPerHour) * HOUR_MS, limit: nearest.name };
}

/** Growth, however short, that reaches a limit so soon that there is no time to be sure. */
function fastGrowth(growth: Growth, watch: GrowthWatch): WindowTrend | undefined {
  const trend = watch.first;
  if (trend === undefined || growth.nowMs - growth.startMs < FAST_UPTIME_MIN_MS) return undefined;
  const { msToLimit, limit } = timeToLimit(growth, trend);
  const isNear = growth.limits.some(({ name, usedRatio }) => name === limit && usedRatio >= FAST_LEVEL_RATIO_MIN);
  return isNear && msToLimit !== null && msToLimit < FAST_LIMIT_MS ? trend : undefined;
}

/** By the longest window: it hardly grows any more, or what had grown is gone again. */
function isOver(watch: GrowthWatch, { fromLevel, toLevel }: KnownLeak): boolean {
  if (watch.history.latest < toLevel - OVER_GROWTH_RATIO * (toLevel - fromLevel)) return true;
  const hour = watch.trends.filter(({ windowMs }) => windowMs <= HOUR_MS).at(-1);
  return hour !== undefined && hour.windowMs === HOUR_MS && hour.ratioPerHour < OVER_SLOPE_RATIO * SLOW_RATIO_PER_HOUR;
}

/** What does not die grows by the critical rate itself, not only with the traffic. */
const isAgedCritical = ({ leakBytesPerHour }: AgeJudgement, { baseBytes }: WindowTrend): boolean =>
  leakBytesPerHour >= STAYS_CRITICAL_RATIO * CRITICAL_RATIO_PER_HOUR * baseBytes;

function staysCritical({ ages }: Growth, trend: WindowTrend, before: KnownLeak): boolean {
  if (before.isCritical) return trend.ratioPerHour >= STAYS_CRITICAL_RATIO * CRITICAL_RATIO_PER_HOUR;
  return trend.isCritical && (ages?.last === undefined || isAgedCritical(ages.last, trend));
}

function sayTooLittle({ watch, nowMs, startMs, kind }: Growth): string {
  if (kind === 'heap' && Number.isNaN(watch?.history.latest ?? Number.NaN)) return 'no full collection yet: the live size is not known';
  return `only ${sayDuration(nowMs - startMs)} of data`;
}

const sayAlong = (heapPerHour: number): string =>
  `the live heap grows by ${sayRate(heapPerHour)} in the same time: native memory goes with it, and its objects tell more`;

const sayFilling = (uptimeMs: number): string =>
  `it has grown since the process began, ${sayDuration(uptimeMs)} ago: a cache that fills does that too; a leak when the level has doubled, or after ${sayDuration(PATIENCE_MS)}`;

const sayHandles = ({ kind, growingHandles }: Growth): string[] =>
  kind === 'handles' || growingHandles.length === 0 ? [] : [`in the same time these counts grow: ${growingHandles.join(', ')}`];

function sayLimit(growth: Growth, trend: WindowTrend): string[] {
  const { msToLimit, limit } = timeToLimit(growth, trend);
  return msToLimit === null ? [] : [`the ${limit} is reached in ${sayDuration(msToLimit)} at this rate`];
}
