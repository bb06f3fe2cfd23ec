// Condition: a figure is above or below a value.
import { judgedBound, metricWords, valueWords } from '../metric-words.js';
import type { Condition } from '../rule.js';
import { isOfCalls, isWindowMetric } from '../select-series.js';
import { type Answer, type Judge, type JudgeContext, learnNothing } from './judge.js';
import { Kept } from './kept.js';

/** above, below and clear of thresholds and ratios. */
export interface Bounds {
  above?: number;
  below?: number;
  clear?: number;
}

export function thresholdJudge(condition: Extract<Condition, { kind: 'threshold' }>, context: JudgeContext): Judge {
  const { metric } = condition;
  const judged = judgedBound(metric, condition.above);
  const bounds = judged?.words ?? boundWords(condition, (value) => valueWords(metric, value));
  const limitOf = (value: number): number => judged?.limit ?? boundOf(condition, value);
  const judge: Judge = {
    bit: context.bit,
    fingerprint: JSON.stringify(condition),
    windowsOnly: isWindowMetric(metric),
    histories: undefined,
    ofCalls: isOfCalls(metric),
    judge(index, asked) {
      const kept = new Kept(asked);
      const extremes = index.extremes(metric);
      // Most of the time nothing is beyond the limit: then hundreds of series need no look, whatever the number of rules on them.
      const isQuiet = asked.noneMatters && !extremes.some(({ value }) => answerOf(condition, value, false).answer === 'yes');
      for (const { key, labels, value, count } of isQuiet ? extremes : index.select(metric)) {
        if (Number.isNaN(value) && count === 0) {
          const detail = { kind: 'few', count, needed: 1, now: 0 } as const;
          if (kept.wants(key, 'few', 0)) kept.put({ judge, key, labels, answer: 'few', value, limit: limitOf(value), nearness: 0, detail });
          continue;
        }
        const { answer, lingers } = answerOf(condition, value, asked.noneMatters ? false : asked.wasHolding(judge, key));
        const nearness = answer === 'no-data' ? 0 : nearnessOf(condition, value);
        if (!kept.wants(key, answer, nearness)) continue;
        kept.put({ judge, key, labels, answer, value, limit: limitOf(value), nearness, ...(lingers && { lingers }) });
      }
      return kept.all();
    },
    learn: learnNothing,
    names: ({ labels }) => metricWords(metric, labels),
    says: (judgement) => `${judge.names(judgement)} is ${valueWords(metric, judgement.value)}`,
    was: ({ value }) => `was ${valueWords(metric, value)}, ${bounds}`,
    fires: () => bounds,
  };
  return judge;
}

/** was: it is firing for this; then it goes on until the clear value is passed. */
export function answerOf({ above, below, clear }: Bounds, value: number, was: boolean): Answered {
  if (Number.isNaN(value)) return NO_DATA;
  if ((above !== undefined && value > above) || (below !== undefined && value < below)) return YES;
  if (!was || clear === undefined) return NO;
  return (above !== undefined && value > clear) || (below !== undefined && value < clear) ? LINGERS : NO;
}

interface Answered {
  answer: Answer;
  lingers?: true;
}

/** Not made anew for each of tens of thousands of series. */
const YES: Answered = { answer: 'yes' };
const NO: Answered = { answer: 'no' };
const NO_DATA: Answered = { answer: 'no-data' };
const LINGERS: Answered = { answer: 'yes', lingers: true };

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
