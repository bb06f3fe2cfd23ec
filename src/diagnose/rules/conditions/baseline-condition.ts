// Conditions: a figure, or one by another, is above a multiple of its own usual value.
import { BASELINE_POINTS_MAX } from '../../../core/limits.js';
import { baselineOf, learn } from '../baseline.js';
import { Histories } from '../histories.js';
import { figure, metricWords, valueWords } from '../metric-words.js';
import type { Condition } from '../rule.js';
import type { FiguresIndex, Series } from '../select-series.js';
import type { Judge, JudgeContext, Judgement, WasHolding } from './judge.js';
import { ratioName, ratiosOf, ratioWords } from './ratio.js';

type BaselineCondition = Extract<Condition, { kind: 'baseline' | 'baseline-ratio' }>;

/** Windows shorter than this part of a whole one, as at the start and the end of a process, are judged but not learnt from. */
const LEARNT_WINDOW_RATIO_MIN = 0.5;
/** Part of its length that a history always covers once it is full. */
const FULL_RATIO = 0.9;

export function baselineJudge(condition: BaselineCondition, context: JudgeContext): Judge {
  const { times, clearTimes = times, floor = 0, atLeast = 1 } = condition;
  const historyMs = condition.historyMs / context.timeScale;
  // A full history is old enough: old windows leave it as new ones come.
  const minAgeMs = Math.min(condition.minAgeMs / context.timeScale, historyMs * FULL_RATIO);
  const histories = new Histories(BASELINE_POINTS_MAX, context.budget);
  const select = (index: FiguresIndex): readonly Series[] =>
    condition.kind === 'baseline' ? index.select(condition.metric) : ratiosOf(index, condition.of, condition.to);
  const words = (value: number): string => (condition.kind === 'baseline' ? valueWords(condition.metric, value) : ratioWords(condition.of, value));

  const one = ({ key, labels, value, count }: Series, atMs: number, wasHolding: WasHolding): Judgement => {
    const nothing = { judge, key, labels, value, limit: Number.NaN, nearness: 0 };
    if (Number.isNaN(value) || count < atLeast) return { ...nothing, answer: 'no-data', detail: { kind: 'few', count, needed: atLeast } };
    const history = histories.of(key, atMs);
    if (history === undefined) return { ...nothing, answer: 'no-data', detail: { kind: 'refused' } };
    const baseline = baselineOf(history, minAgeMs);
    if (baseline.state === 'learning') {
      return {
        ...nothing,
        answer: 'learning',
        detail: { kind: 'learning', coveredMs: baseline.coveredMs * context.timeScale, neededMs: condition.minAgeMs },
      };
    }
    const { median, windows } = baseline;
    // The floor has the same band as the multiple.
    const limit = Math.max(times * median, floor);
    const clear = Math.max(clearTimes * median, (floor * clearTimes) / times);
    const answer = value > (wasHolding(judge, key) ? clear : limit) ? 'yes' : 'no';
    return { ...nothing, answer, limit, nearness: limit > 0 ? value / limit : value > 0 ? 2 : 0, detail: { kind: 'baseline', median, windows } };
  };

  const judge: Judge = {
    bit: context.bit,
    fingerprint: JSON.stringify(condition),
    windowsOnly: true,
    histories,
    judge: (index, { wasHolding }) => select(index).map((series) => one(series, index.figures.atMs, wasHolding)),
    learn({ figures: { atMs, spanMs } }, judgements, isFrozen) {
      if (spanMs < context.windowMs * LEARNT_WINDOW_RATIO_MIN) return;
      for (const { key, value, answer } of judgements) {
        if (answer === 'no-data' || isFrozen(key)) continue;
        const history = histories.of(key, atMs);
        if (history !== undefined) learn(history, atMs, spanMs, value, historyMs);
      }
    },
    says({ labels, value }) {
      const name = condition.kind === 'baseline' ? metricWords(condition.metric, labels) : ratioName(condition.of, condition.to, labels);
      return `${name} is ${words(value)}`;
    },
    fires({ detail, limit }) {
      if (detail?.kind !== 'baseline') return `above ${figure(times)} x its median`;
      const usual = `${figure(times)} x ${words(detail.median)} (median of ${detail.windows} windows)`;
      return limit > times * detail.median ? `above ${words(limit)}, the least that is told; ${usual} is less` : `above ${usual}`;
    },
  };
  return judge;
}
