// Conditions: a figure, or one by another, is above a multiple of its own usual value.
import { BASELINE_POINTS_MAX } from '../../../core/limits.js';
import { isKnown, learn } from '../baseline.js';
import { lookbackMsMin } from '../call-sums.js';
import { Histories } from '../histories.js';
import type { History } from '../history.js';
import { figure, metricWords, valueWords } from '../metric-words.js';
import type { Condition } from '../rule.js';
import { type FiguresIndex, isOfCalls } from '../select-series.js';
import type { Asked, Judge, JudgeContext } from './judge.js';
import { Kept } from './kept.js';
import { callSumsOf, fewness, fewOf, type Ratio, ratioName, ratiosOf, ratioWords } from './ratio.js';

type BaselineCondition = Extract<Condition, { kind: 'baseline' | 'baseline-ratio' }>;

/** Windows shorter than this part of a whole one, as at the start and the end of a process, are judged but not learnt from. */
const LEARNT_WINDOW_RATIO_MIN = 0.5;
/** Part of its length that a history always covers once it is full. */
const FULL_RATIO = 0.9;

/** now: calls in the newest window, where they are added up. */
type Judged = Omit<Ratio, 'top'> & { now?: number };

export function baselineJudge(condition: BaselineCondition, context: JudgeContext): Judge {
  const { times, clearTimes = times, floor = 0, atLeast = 1 } = condition;
  const historyMs = condition.historyMs / context.timeScale;
  // A full history is old enough: old windows leave it as new ones come.
  const minAgeMs = Math.min(condition.minAgeMs / context.timeScale, historyMs * FULL_RATIO);
  const histories = new Histories(BASELINE_POINTS_MAX, context.budget);
  // Only what a window of the default length would hold: over longer times a few calls by chance would be told at once. Percentiles and means are never put together.
  const sums =
    condition.kind === 'baseline' ? undefined : callSumsOf(condition.of, condition.to, atLeast, lookbackMsMin(context.timeScale, context.windowMs));
  const calls = condition.kind === 'baseline' ? condition.metric : condition.to;
  const select = (index: FiguresIndex, asked: Asked): readonly Judged[] => {
    if (condition.kind === 'baseline') return index.select(condition.metric);
    const ratios = ratiosOf(index, condition.of, condition.to);
    sums?.forget(asked.clockMs);
    return sums === undefined ? ratios : ratios.map((ratio) => ({ ...ratio, now: ratio.count, ...sums.add(ratio, asked) }));
  };
  const words = (value: number): string => (condition.kind === 'baseline' ? valueWords(condition.metric, value) : ratioWords(condition.of, value));

  /** What was judged last and may be learnt: found once, used twice. */
  const $judged: { key: string[]; value: number[]; history: History[]; spanMs: number[] } = { key: [], value: [], history: [], spanMs: [] };

  const forgetJudged = (): void => {
    $judged.key.length = $judged.value.length = $judged.history.length = $judged.spanMs.length = 0;
  };

  const one = ({ key, labels, value, count, now = count, coversMs }: Judged, atMs: number, kept: Kept, asked: Asked): void => {
    const { noneMatters, wasHolding, elapsedMs } = asked;
    const nothing = { judge, key, labels, value, limit: Number.NaN };
    if (Number.isNaN(value) || count < atLeast) {
      const nearness = fewness(count, atLeast);
      const answer = fewOf(calls, count, atLeast);
      const detail = { kind: 'few', count, needed: atLeast, now, lookbackMs: sums?.lookbackMs } as const;
      if (kept.wants(key, answer, nearness)) kept.put({ ...nothing, answer, nearness, detail });
      return;
    }
    const history = histories.of(key, atMs);
    if (history === undefined) {
      if (kept.wants(key, 'no-data', -1)) kept.put({ ...nothing, answer: 'no-data', nearness: -1, detail: { kind: 'refused' } });
      return;
    }
    $judged.key.push(key);
    $judged.value.push(value);
    $judged.history.push(history);
    $judged.spanMs.push(Math.max(elapsedMs, coversMs ?? 0));
    if (!isKnown(history, minAgeMs)) {
      if (!kept.wants(key, 'learning', 0)) return;
      const detail = { kind: 'learning', coveredMs: history.coveredMs * context.timeScale, neededMs: condition.minAgeMs } as const;
      kept.put({ ...nothing, answer: 'learning', nearness: 0, detail });
      return;
    }
    const median = history.median();
    // The floor has the same band as the multiple.
    const limit = Math.max(times * median, floor);
    const fires = value > limit;
    const lingers = !fires && !noneMatters && wasHolding(judge, key) && value > Math.max(clearTimes * median, (floor * clearTimes) / times);
    const answer = fires || lingers ? 'yes' : 'no';
    const nearness = limit > 0 ? value / limit : value > 0 ? 2 : 0;
    if (!kept.wants(key, answer, nearness)) return;
    const detail = { kind: 'baseline', median, windows: history.windows } as const;
    kept.put({ ...nothing, answer, limit, nearness, coversMs, detail, ...(lingers && { lingers }) });
  };

  const judge: Judge = {
    bit: context.bit,
    fingerprint: JSON.stringify(condition),
    windowsOnly: true,
    histories,
    ofCalls: isOfCalls(calls),
    judge(index, asked) {
      const kept = new Kept(asked);
      forgetJudged();
      for (const series of select(index, asked)) one(series, index.figures.atMs, kept, asked);
      return kept.all();
    },
    learn({ figures: { atMs } }, isFrozen) {
      const { key, value, history, spanMs } = $judged;
      for (let i = 0; i < key.length; i++) {
        if (spanMs[i] >= context.windowMs * LEARNT_WINDOW_RATIO_MIN && !isFrozen(key[i])) learn(history[i], atMs, spanMs[i], value[i], historyMs);
      }
      forgetJudged();
    },
    names: ({ labels }) => (condition.kind === 'baseline' ? metricWords(condition.metric, labels) : ratioName(condition.of, condition.to, labels)),
    says: (judgement) => `${judge.names(judgement)} is ${words(judgement.value)}`,
    was: (judgement) => `was ${words(judgement.value)}, ${judge.fires(judgement)}`,
    fires({ detail, limit }) {
      if (detail?.kind !== 'baseline') return `above ${figure(times)} x its median`;
      const usual = `${figure(times)} x ${words(detail.median)} (median of ${detail.windows} windows)`;
      return limit > times * detail.median ? `above ${words(limit)}, the least that is told; ${usual} is less` : `above ${usual}`;
    },
  };
  return judge;
}
