// Condition: a figure is above or below a value.
import { metricWords, valueWords } from '../metric-words.js';
import type { Condition } from '../rule.js';
import { isWindowMetric, type Series } from '../select-series.js';
import { type Judge, type JudgeContext, type Judgement, learnNothing } from './judge.js';

/** above, below and clear of thresholds and ratios. */
export interface Bounds {
  above?: number;
  below?: number;
  clear?: number;
}

export function thresholdJudge(condition: Extract<Condition, { kind: 'threshold' }>, context: JudgeContext): Judge {
  const { metric } = condition;
  const judge: Judge = {
    bit: context.bit,
    fingerprint: JSON.stringify(condition),
    windowsOnly: isWindowMetric(metric),
    histories: undefined,
    judge(index, { wasHolding, matters }) {
      const judgements: Judgement[] = [];
      let nearest = Number.NEGATIVE_INFINITY;
      let nearestSeries: Series | undefined;
      for (const series of index.select(metric)) {
        const { key, labels, value } = series;
        if (Number.isNaN(value)) {
          judgements.push({ judge, key, labels, answer: 'no-data', value, limit: boundOf(condition, value), nearness: 0 });
          continue;
        }
        const nearness = nearnessOf(condition, value);
        const holds = isBeyond(condition, value, wasHolding(judge, key));
        if (holds || matters(key)) {
          judgements.push({ judge, key, labels, answer: holds ? 'yes' : 'no', value, limit: boundOf(condition, value), nearness });
        } else if (nearness > nearest) {
          nearest = nearness;
          nearestSeries = series;
        }
      }
      if (nearestSeries !== undefined) {
        const { key, labels, value } = nearestSeries;
        judgements.push({ judge, key, labels, answer: 'no', value, limit: boundOf(condition, value), nearness: nearest });
      }
      return judgements;
    },
    learn: learnNothing,
    says: ({ labels, value }) => `${metricWords(metric, labels)} is ${valueWords(metric, value)}`,
    fires: () => boundWords(condition, (value) => valueWords(metric, value)),
  };
  return judge;
}

/** was: it is firing for this; then it goes on until the clear value is passed. */
export function isBeyond({ above, below, clear }: Bounds, value: number, was: boolean): boolean {
  if (above !== undefined && value > (was && clear !== undefined ? clear : above)) return true;
  return below !== undefined && value < (was && clear !== undefined ? clear : below);
}

/** The bound that the value is beyond, or nearer to. */
export function boundOf({ above, below }: Bounds, value: number): number {
  if (above === undefined || below === undefined) return above ?? below ?? Number.NaN;
  return Math.abs(value - above) <= Math.abs(value - below) ? above : below;
}

export function nearnessOf({ above, below }: Bounds, value: number): number {
  let nearest = Number.NEGATIVE_INFINITY;
  if (above !== undefined) nearest = above > 0 ? value / above : 1 + value - above;
  if (below !== undefined) nearest = Math.max(nearest, below > 0 && value > 0 ? below / value : 1 + below - value);
  return nearest;
}

export function boundWords({ above, below }: Bounds, words: (value: number) => string): string {
  const parts: string[] = [];
  if (above !== undefined) parts.push(`above ${words(above)}`);
  if (below !== undefined) parts.push(`below ${words(below)}`);
  return parts.join(' or ');
}
