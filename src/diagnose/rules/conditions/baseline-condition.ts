// Conditions: a figure, or one by another, is above a multiple of its own usual value.
import { BASELINE_POINTS_MAX } from '../../../core/limits.js';
import { isKnown, learn } from '../baseline.js';
import { Histories } from '../histories.js';
import type { History } from '../history.js';
import { figure, metricWords, valueWords } from '../metric-words.js';
import type { Condition } from '../rule.js';
import type { FiguresIndex, Series } from '../select-series.js';
import type { Asked, Judge, JudgeContext } from './judge.js';
import { Kept } from './kept.js';
import { fewness, ratioName, ratiosOf, ratioWords } from './ratio.js';

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

  /** What was judged last and may be learnt: found once, used twice. */
  const $judged: { key: string[]; value: number[]; history: History[] } = { key: [], value: [], history: [] };

  const forgetJudged = (): void => {
    $judged.key.length = $judged.value.length = $judged.history.length = 0;
  };

  const one = ({ key, labels, value, count }: Series, atMs: number, kept: Kept, { noneMatters, wasHolding }: Asked): void => {
    const nothing = { judge, key, labels, value, limit: Number.NaN };
    if (Number.isNaN(value) || count < atLeast) {
      const nearness = fewness(count, atLeast);
      if (kept.wants(key, 'no-data', nearness))
        kept.put({ ...nothing, answer: 'no-data', nearness, detail: { kind: 'few', count, needed: atLeast } });
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
    kept.put({ ...nothing, answer, limit, nearness, detail, ...(lingers && { lingers }) });
  };

  const judge: Judge = {
    bit: context.bit,
    fingerprint: JSON.stringify(condition),
    windowsOnly: true,
    histories,
    judge(index, asked) {
      const kept = new Kept(asked);
      forgetJudged();
      for (const series of select(index)) one(series, index.figures.atMs, kept, asked);
      return kept.all();
    },
    learn({ figures: { atMs, spanMs } }, isFrozen) {
      if (spanMs < context.windowMs * LEARNT_WINDOW_RATIO_MIN) return;
      const { key, value, history } = $judged;
      for (let i = 0; i < key.length; i++) if (!isFrozen(key[i])) learn(history[i], atMs, spanMs, value[i], historyMs);
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
