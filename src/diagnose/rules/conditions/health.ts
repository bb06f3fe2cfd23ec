// Condition: a health check, or any, says no.
import { HEALTH } from '../../../core/instrument-names.js';
import type { Condition, Metric } from '../rule.js';
import { type Judge, type JudgeContext, type Judgement, learnNothing } from './judge.js';

export function healthJudge(condition: Extract<Condition, { kind: 'health' }>, context: JudgeContext): Judge {
  const { check } = condition;
  const metric: Metric = check === undefined ? { gauge: HEALTH } : { gauge: HEALTH, labels: { check } };
  const judge: Judge = {
    bit: context.bit,
    fingerprint: JSON.stringify(condition),
    windowsOnly: false,
    histories: undefined,
    bare: true,
    judge: (index) =>
      index.select(metric).map(({ key, labels, value }): Judgement => {
        const answer = Number.isNaN(value) ? 'no-data' : value < 1 ? 'yes' : 'no';
        return { judge, key, labels, answer, value, limit: 1, nearness: answer === 'yes' ? 1 : 0 };
      }),
    learn: learnNothing,
    names: ({ labels }) => `health check ${labels.check ?? check ?? '(unnamed)'}`,
    says: (judgement) => `${judge.names(judgement)} ${judgement.answer === 'yes' ? 'fails' : 'passes'}`,
    was: () => 'it failed',
    fires: () => 'when it fails',
  };
  return judge;
}
