// A rule made ready to be judged: its conditions numbered, its tree of any and all, and whether steps are enough for it.

import { RULE_SILENCE_MS_MIN, RULE_SILENCE_RATIO } from '../../core/limits.js';
import type { AlertTimes } from './alert-state.js';
import { lookbackMsMin } from './call-sums.js';
import { absenceJudge } from './conditions/absence.js';
import { baselineJudge } from './conditions/baseline-condition.js';
import { healthJudge } from './conditions/health.js';
import type { Judge, JudgeContext } from './conditions/judge.js';
import { ratioJudge } from './conditions/ratio.js';
import { thresholdJudge } from './conditions/threshold.js';
import { trendJudge } from './conditions/trend-condition.js';
import type { HistoryBudget } from './histories.js';
import type { Condition, Rule } from './rule.js';

export type JudgeTree = { kind: 'one'; judge: Judge } | { kind: 'any' | 'all'; of: readonly JudgeTree[] };

export interface CompiledRule {
  rule: Rule;
  tree: JudgeTree;
  judges: readonly Judge[];
  /** Judged at steps; a window counts only where there were no steps in it. */
  atSteps: boolean;
  /** There is an `all` in it: each answer of each series is needed. */
  allMatter: boolean;
  times: AlertTimes;
}

export interface CompileContext {
  timeScale: number;
  windowMs: number;
  budget: HistoryBudget;
}

export function compileRule(rule: Rule, context: CompileContext): CompiledRule {
  const judges: Judge[] = [];
  const { timeScale, windowMs } = context;
  const forMs = rule.forMs / timeScale;
  const lookbackMs = Math.max(forMs, lookbackMsMin(timeScale, windowMs));
  let allMatter = false;
  const compile = (condition: Condition): JudgeTree => {
    allMatter ||= condition.kind === 'all';
    if (isTree(condition)) return { kind: condition.kind, of: condition.of.map(compile) };
    const judge = judgeOf(condition, { ...context, lookbackMs, bit: 1 << judges.length });
    judges.push(judge);
    return { kind: 'one', judge };
  };
  const tree = compile(rule.condition);
  return {
    rule,
    tree,
    judges,
    atSteps: forMs < 2 * windowMs && judges.every(({ windowsOnly }) => !windowsOnly),
    allMatter,
    times: {
      forMs,
      keepFiringForMs: rule.keepFiringForMs / timeScale,
      lookbackMs,
      silenceMs: Math.max(RULE_SILENCE_RATIO * forMs, RULE_SILENCE_MS_MIN / timeScale),
      oneCallBits: judges.reduce((bits, { bit, oneCall }) => (oneCall ? bits | bit : bits), 0),
      windowMs,
      timeScale,
    },
  };
}

type Tree = Extract<Condition, { kind: 'any' | 'all' }>;

const isTree = (condition: Condition): condition is Tree => condition.kind === 'any' || condition.kind === 'all';

function judgeOf(condition: Exclude<Condition, Tree>, context: JudgeContext): Judge {
  switch (condition.kind) {
    case 'threshold':
      return thresholdJudge(condition, context);
    case 'ratio':
      return ratioJudge(condition, context);
    case 'baseline':
    case 'baseline-ratio':
      return baselineJudge(condition, context);
    case 'growth':
    case 'forecast':
      return trendJudge(condition, context);
    case 'absence':
      return absenceJudge(condition, context);
    case 'health':
      return healthJudge(condition, context);
  }
}
