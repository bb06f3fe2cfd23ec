// Conditions: a figure grows, or will reach a limit, by its robust slope.
import { RULE_TIMER_SLACK_RATIO, TREND_POINTS_MAX, TREND_POINTS_MIN, TREND_SEASON_POINTS_MAX, TREND_WARM_UP_MS } from '../../../core/limits.js';
import { DAY_MS, durationWords, HOUR_MS } from '../durations.js';
import { Histories } from '../histories.js';
import type { History } from '../history.js';
import { metricWords, percentWords, valueWords } from '../metric-words.js';
import type { Condition } from '../rule.js';
import type { FiguresIndex, Series } from '../select-series.js';
import { type Trend, trendOf } from '../trend.js';
import { type Asked, type Judge, type JudgeContext, type Judgement, learnNothing } from './judge.js';

type TrendCondition = Extract<Condition, { kind: 'growth' | 'forecast' }>;

/** Part of overMs that the points must span; the rest is for what thinning leaves out at both ends. */
const SPAN_RATIO_MIN = 0.8;
/** From so many days on, points are compared at the same time of the day only: day and night would be growth otherwise. */
const SEASON_DAYS_MIN = 2;

export function trendJudge(condition: TrendCondition, context: JudgeContext): Judge {
  const { metric, confidence } = condition;
  const { timeScale } = context;
  const hourMs = HOUR_MS / timeScale;
  const overMs = condition.overMs / timeScale;
  const seasonMs = condition.overMs >= SEASON_DAYS_MIN * DAY_MS ? DAY_MS / timeScale : 0;
  const sustainedMs = condition.kind === 'growth' ? (condition.sustainedMs ?? 0) / timeScale : 0;
  /** When growth began to hold, for the histories where it does. */
  const sinceMs = new WeakMap<History, number>();
  const histories = new Histories(seasonMs > 0 ? TREND_SEASON_POINTS_MAX : TREND_POINTS_MAX, context.budget);
  const trends = new WeakMap<History, { version: number; trend: Trend | undefined }>();

  const trend = (history: History): Trend | undefined => {
    let known = trends.get(history);
    if (known === undefined || known.version !== history.version) {
      known = { version: history.version, trend: trendOf(history.timesMs(), history.values, confidence, seasonMs) };
      trends.set(history, known);
    }
    return known.trend;
  };
  const limitOf = (index: FiguresIndex): number => {
    if (condition.kind === 'growth') return Number.NaN;
    if (typeof condition.limit === 'number') return condition.limit;
    const limits = index.select(condition.limit);
    // A limit of 0 is none: as memoryLimitBytes where none is known.
    return limits.length === 1 && limits[0].value > 0 ? limits[0].value : Number.NaN;
  };

  const one = ({ key, labels, value }: Series, index: FiguresIndex, limitValue: number, { wasHolding, clockMs }: Asked): Judgement => {
    const limit = condition.kind === 'growth' ? condition.perHour : limitValue;
    const nothing = { judge, key, labels, value, limit, nearness: 0 };
    if (Number.isNaN(value) || Number.isNaN(limit)) return { ...nothing, answer: 'no-data' };
    const { atMs, spanMs } = index.figures;
    const history = histories.of(key, atMs);
    if (history === undefined) return { ...nothing, answer: 'no-data', detail: { kind: 'refused' } };
    // The window itself is the newest point: it is learnt before it is judged.
    history.dropBefore(atMs - overMs, Number.POSITIVE_INFINITY);
    // Real time: where a second is an hour, a process that starts up would be one that leaks.
    const warmsUp = condition.kind === 'growth' && clockMs < TREND_WARM_UP_MS;
    if (!warmsUp) history.add(atMs, spanMs, value);
    const ageMs = history.length > 0 ? atMs - history.beganMs : 0;
    const enough =
      ageMs >= overMs - spanMs * RULE_TIMER_SLACK_RATIO && history.length >= TREND_POINTS_MIN && history.spanMs >= overMs * SPAN_RATIO_MIN;
    const line = enough ? trend(history) : undefined;
    if (line === undefined)
      return {
        ...nothing,
        answer: 'learning',
        detail: { kind: 'learning', coveredMs: Math.min(ageMs, overMs) * timeScale, neededMs: condition.overMs },
      };
    const was = wasHolding(judge, key);
    if (condition.kind === 'forecast') return reaching(nothing, line, condition.withinMs / timeScale, was);
    const judged = growing(nothing, line, condition.perHour, was);
    if (judged.answer !== 'yes') sinceMs.delete(history);
    else if (!sinceMs.has(history)) sinceMs.set(history, atMs);
    const isSustained = was || atMs - (sinceMs.get(history) ?? atMs) >= sustainedMs - spanMs * RULE_TIMER_SLACK_RATIO;
    return judged.answer === 'yes' && !isSustained ? { ...judged, answer: 'no' } : judged;
  };

  /** Growth as a part of the level at the start. Firing ends when the slope itself, no more its lower bound, is not above the limit. */
  const growing = (nothing: Omit<Judgement, 'answer'>, line: Trend, perHour: number, was: boolean): Judgement => {
    const part = (slope: number): number => (slope * hourMs) / Math.max(Math.abs(line.startValue), Number.MIN_VALUE);
    const steady = part(line.olderSlope) > perHour && part(line.newerSlope) > perHour;
    const fires = part(line.lower) > perHour && steady;
    const lingers = !fires && was && part(line.slope) > perHour;
    const detail = {
      kind: 'trend',
      perHour: part(line.slope),
      lowerPerHour: part(line.lower),
      reachesMs: Number.NaN,
      limitValue: Number.NaN,
    } as const;
    return { ...nothing, ...answerOf(fires, lingers), value: part(line.slope), nearness: part(line.lower) / perHour, detail };
  };

  const reaching = (nothing: Omit<Judgement, 'answer'>, line: Trend, withinMs: number, was: boolean): Judgement => {
    const missing = nothing.limit - line.endValue;
    const needed = missing / withinMs;
    const steady = line.olderSlope > needed && line.newerSlope > needed;
    const fires = missing <= 0 || (line.lower > needed && steady);
    const lingers = !fires && was && line.slope > needed;
    const reachesMs = missing <= 0 ? 0 : line.slope > 0 ? missing / line.slope : Number.POSITIVE_INFINITY;
    const detail = { kind: 'trend', perHour: line.slope * hourMs, lowerPerHour: line.lower * hourMs, reachesMs, limitValue: nothing.limit } as const;
    return { ...nothing, ...answerOf(fires, lingers), nearness: needed > 0 ? line.lower / needed : 2, detail };
  };

  const told = ({ value, detail }: Judgement, is: string, grows: string): string => {
    if (detail?.kind !== 'trend') return `${is} ${valueWords(metric, value)}`;
    if (condition.kind === 'growth') return `${grows} by ${percentWords(detail.perHour)} an hour (surely by ${percentWords(detail.lowerPerHour)})`;
    const reaches = Number.isFinite(detail.reachesMs)
      ? `reaches ${valueWords(metric, detail.limitValue)} in ${durationWords(detail.reachesMs * timeScale)}`
      : 'does not rise';
    return `${is} ${valueWords(metric, value)} and by its trend ${reaches}`;
  };
  const bounds =
    condition.kind === 'growth'
      ? `surely above ${percentWords(condition.perHour)} an hour over ${durationWords(condition.overMs)} and in either half of them`
      : `surely within ${durationWords(condition.withinMs)}`;

  const judge: Judge = {
    bit: context.bit,
    fingerprint: JSON.stringify(condition),
    windowsOnly: true,
    histories,
    judge(index, asked) {
      const limitValue = limitOf(index);
      return index.select(metric).map((series) => one(series, index, limitValue, asked));
    },
    learn: learnNothing,
    names: ({ labels }) => metricWords(metric, labels),
    says: (judgement) => `${judge.names(judgement)} ${told(judgement, 'is', 'grows')}`,
    was: (judgement) => `${told(judgement, 'was', 'grew')}, ${bounds}`,
    fires: () => bounds,
  };
  return judge;
}

const answerOf = (fires: boolean, lingers: boolean): Pick<Judgement, 'answer' | 'lingers'> =>
  lingers ? { answer: 'yes', lingers } : { answer: fires ? 'yes' : 'no' };
