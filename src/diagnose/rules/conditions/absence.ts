// Condition: nothing is there, or nothing was counted.
import { figure, metricName, metricWords } from '../metric-words.js';
import type { Condition } from '../rule.js';
import { isWindowMetric } from '../select-series.js';
import { type Judge, type JudgeContext, learnNothing } from './judge.js';

export function absenceJudge(condition: Extract<Condition, { kind: 'absence' }>, context: JudgeContext): Judge {
  const { metric } = condition;
  // What counts is there when it counted; a gauge, or the runtime, when it has a value.
  const isThing = 'gauge' in metric || 'runtime' in metric;
  const judge: Judge = {
    bit: context.bit,
    fingerprint: JSON.stringify(condition),
    windowsOnly: isWindowMetric(metric),
    histories: undefined,
    bare: true,
    judge(index) {
      let value = 0;
      for (const series of index.select(metric)) {
        if (isThing) value += Number.isNaN(series.value) ? 0 : 1;
        else if ('counter' in metric) value += series.value;
        else value += series.count;
      }
      const absent = !(value > 0);
      return [{ judge, key: '', labels: {}, answer: absent ? 'yes' : 'no', value, limit: 0, nearness: absent ? 1 : 0 }];
    },
    learn: learnNothing,
    names: () => (isThing ? metricWords(metric) : metricName(metric)),
    says({ answer, value }) {
      if (isThing) return `${metricWords(metric)} is ${answer === 'yes' ? 'not ' : ''}there`;
      return `${answer === 'yes' ? 'nothing was' : figure(value)} counted on ${metricName(metric)}`;
    },
    was: () => (isThing ? 'it was not there' : 'there was nothing'),
    fires: () => 'when there is nothing',
  };
  return judge;
}
