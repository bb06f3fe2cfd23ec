// Condition: one figure by another is above or below a value, as failed calls by all calls.
import type { Labels } from '../../../core/labels.js';
import { CallSums } from '../call-sums.js';
import { figure, labelWords, metricName, metricWords, percentWords } from '../metric-words.js';
import type { Condition, Metric } from '../rule.js';
import { type FiguresIndex, isCount, isOfCalls, isWindowMetric, type Series } from '../select-series.js';
import { type Judge, type JudgeContext, learnNothing } from './judge.js';
import { Kept } from './kept.js';
import { answerOf, boundOf, boundWords, nearnessOf } from './threshold.js';

export function ratioJudge(condition: Extract<Condition, { kind: 'ratio' }>, context: JudgeContext): Judge {
  const { of, to, atLeast = 1 } = condition;
  const bounds = boundWords(condition, (value) => ratioWords(of, value));
  const sums = callSumsOf(of, to, atLeast, context.lookbackMs);
  const judge: Judge = {
    bit: context.bit,
    fingerprint: JSON.stringify(condition),
    windowsOnly: isWindowMetric(of) || isWindowMetric(to),
    histories: undefined,
    ofCalls: isOfCalls(to),
    oneCall: sums !== undefined && atLeast <= 1,
    judge(index, asked) {
      const kept = new Kept(asked);
      sums?.forget(asked.clockMs);
      for (const series of ratiosOf(index, of, to)) {
        const { key, labels } = series;
        const { value, count, coversMs } = sums?.add(series, asked) ?? series;
        const limit = boundOf(condition, value);
        if (Number.isNaN(value) || count < atLeast) {
          const answer = fewOf(to, count, atLeast);
          const nearness = fewness(count, atLeast);
          const detail = { kind: 'few', count, needed: atLeast, now: series.count, lookbackMs: sums?.lookbackMs } as const;
          if (kept.wants(key, answer, nearness)) kept.put({ judge, key, labels, answer, value, limit, nearness, detail });
          continue;
        }
        const { answer, lingers } = answerOf(condition, value, asked.noneMatters ? false : asked.wasHolding(judge, key));
        const nearness = nearnessOf(condition, value);
        if (!kept.wants(key, answer, nearness)) continue;
        kept.put({ judge, key, labels, answer, value, limit, nearness, coversMs, ...(lingers && { lingers }) });
      }
      return kept.all();
    },
    learn: learnNothing,
    names: ({ labels }) => ratioName(of, to, labels),
    says: (judgement) => `${judge.names(judgement)} is ${ratioWords(of, judgement.value)}`,
    was: ({ value }) => `was ${ratioWords(of, value)}, ${bounds}`,
    fires: () => bounds,
  };
  return judge;
}

/** Of series with too few calls the one with the most is told of; one with enough, but without a value, is not. */
export const fewness = (count: number, needed: number): number => (count < needed ? count / needed : -1);

/** Of a figure that cannot be judged: whether that is for a lack of calls. */
export const fewOf = (metric: Metric, count: number, atLeast: number): 'few' | 'no-data' =>
  (isOfCalls(metric) || isCount(metric)) && (count < atLeast || count === 0) ? 'few' : 'no-data';

/** undefined: the figures do not add up from window to window, each is judged by itself. */
export const callSumsOf = (of: Metric, to: Metric, atLeast: number, lookbackMs: number): CallSums | undefined =>
  isCount(of) && isCount(to) ? new CallSums(atLeast, lookbackMs) : undefined;

/** One figure by another. `count` is the value of `to`. */
export interface Ratio extends Series {
  /** Value of `of`. */
  top: number;
  /** As in a judgement, where it is of several windows. */
  coversMs?: number;
}

export function ratiosOf(index: FiguresIndex, of: Metric, to: Metric): Ratio[] {
  const tops = index.select(of);
  const bottoms = index.select(to);
  const byKey = new Map(bottoms.map((series) => [series.key, series]));
  // A sum, or the runtime, goes with every series of the other side.
  const sum = byKey.get('');
  if (tops.length === 1 && tops[0].key === '' && sum === undefined) return bottoms.map((bottom) => ratio(tops[0], bottom, bottom));
  const ratios: Ratio[] = [];
  for (const top of tops) {
    const bottom = byKey.get(top.key) ?? sum;
    if (bottom !== undefined) ratios.push(ratio(top, bottom, top));
  }
  return ratios;
}

const ratio = (top: Series, bottom: Series, { key, labels }: Series): Ratio => ({
  key,
  labels,
  value: bottom.value === 0 ? Number.NaN : top.value / bottom.value,
  count: bottom.value,
  top: top.value,
});

/** Failed calls by all calls of one path is what most ratios are; any other is told by its two names. */
export function ratioName(of: Metric, to: Metric, labels: Labels): string {
  if (!isErrorRate(of, to)) return `${metricWords(of, labels)} by ${metricWords(to, labels)}`;
  const own = Object.keys(labels).length > 0 ? labels : 'labels' in of ? of.labels : undefined;
  return `error rate of ${metricName(of)}${labelWords(own)}`;
}

const isErrorRate = (of: Metric, to: Metric): boolean =>
  'path' in of && 'path' in to && of.path === to.path && of.stat === 'errors' && to.stat === 'count';

/** A part of calls is told in percent; a ratio of other things may be above 1. */
export const ratioWords = (of: Metric, value: number): string => ('path' in of && of.stat === 'errors' ? percentWords(value) : figure(value));
