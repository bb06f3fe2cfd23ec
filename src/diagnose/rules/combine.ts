// What a whole rule says of each series: the answers of its conditions put together by labels.
import type { Labels } from '../../core/labels.js';
import type { Called } from './alert-state.js';
import type { JudgeTree } from './compile-rule.js';
import type { Answer, Judge, Judgement } from './conditions/judge.js';

/** The rule's answer for one series. Series of several conditions with the same labels are one. */
export interface Verdict {
  key: string;
  labels: Labels;
  answer: Answer;
  /** Bits of the conditions that hold. */
  holding: number;
  /** The judgements that the answer comes from; the telling one first. */
  judgements: readonly Judgement[];
  /** As in a judgement. */
  coversMs: number;
}

/** What was called in the newest figures, where a verdict is that calls were too few. */
export function calledOf({ judgements }: Verdict): Called {
  let called: Called = 'nothing';
  for (const { answer, detail, judge } of judgements) {
    if (detail?.kind === 'few' && detail.now > 0) return 'some';
    if (answer === 'no' && judge.ofCalls) called = 'others';
  }
  return called;
}

/** heldBits: of the conditions that held for a series which is pending or firing. What held and has no data now may hold still. */
export function combine(tree: JudgeTree, judged: ReadonlyMap<Judge, readonly Judgement[]>, heldBits: (key: string) => number): Verdict[] {
  if (tree.kind === 'one') return (judged.get(tree.judge) ?? []).map(verdictOf);
  const parts = tree.of.map((part) => combine(part, judged, heldBits));
  return tree.kind === 'any' ? combineAny(parts, heldBits) : combineAll(parts);
}

const verdictOf = (judgement: Judgement): Verdict => ({
  key: judgement.key,
  labels: judgement.labels,
  answer: judgement.answer,
  holding: judgement.answer === 'yes' ? judgement.judge.bit : 0,
  judgements: [judgement],
  coversMs: judgement.coversMs ?? 0,
});

/** The first that there is counts. */
const UNKNOWN: readonly Answer[] = ['few', 'no-data'];
const ANSWERS_OF_ANY: readonly Answer[] = ['no', 'learning', 'few'];
const ANSWERS_OF_ALL: readonly Answer[] = ['no', 'no-data', 'few', 'learning'];

function combineAny(parts: readonly Verdict[][], heldBits: (key: string) => number): Verdict[] {
  const byKey = new Map<string, Verdict[]>();
  for (const verdict of parts.flat()) {
    const list = byKey.get(verdict.key);
    if (list === undefined) byKey.set(verdict.key, [verdict]);
    else list.push(verdict);
  }
  return Array.from(byKey, ([key, verdicts]) => {
    const { labels } = verdicts[0];
    if (verdicts.length === 1) return verdicts[0];
    const held = heldBits(key);
    const has = (answer: Answer): boolean => verdicts.some((verdict) => verdict.answer === answer);
    const heldHas = (answer: Answer): boolean =>
      held !== 0 && verdicts.some((verdict) => verdict.answer === answer && verdict.judgements.some(({ judge }) => (judge.bit & held) !== 0));
    const unknown = UNKNOWN.find(heldHas);
    const answer = has('yes') ? 'yes' : (unknown ?? ANSWERS_OF_ANY.find(has) ?? 'no-data');
    const coversMs = verdicts.reduce((ms, verdict) => Math.max(ms, verdict.answer === 'yes' ? verdict.coversMs : 0), 0);
    const holding = verdicts.reduce((bits, verdict) => bits | verdict.holding, 0);
    const judgements = verdicts.flatMap((verdict) => verdict.judgements).sort((a, b) => tellsBefore(answer, a, b));
    return { key, labels, answer, holding, judgements, coversMs };
  });
}

/** A sum, or the runtime, goes with every series of the others; a series that one of them lacks is not judged. */
function combineAll(of: readonly Verdict[][]): Verdict[] {
  const maps = of.map((verdicts) => new Map(verdicts.map((verdict) => [verdict.key, verdict])));
  const isSum = (map: ReadonlyMap<string, Verdict>): boolean => map.size === 1 && map.has('');
  const lead = maps.find((map) => !isSum(map)) ?? maps[0];
  const all: Verdict[] = [];
  for (const { key, labels } of lead?.values() ?? []) {
    const verdicts = maps.map((map) => map.get(key) ?? (isSum(map) ? map.get('') : undefined));
    if (!verdicts.every((verdict) => verdict !== undefined)) continue;
    const has = (answer: Answer): boolean => verdicts.some((verdict) => verdict.answer === answer);
    const answer = ANSWERS_OF_ALL.find(has) ?? 'yes';
    const coversMs = Math.min(...verdicts.map((verdict) => verdict.coversMs));
    const holding = verdicts.reduce((bits, verdict) => bits | verdict.holding, 0);
    // Why it is not so is told by what is missing.
    const parts = verdicts.flatMap((verdict) => verdict.judgements).sort((a, b) => Number(b.answer === answer) - Number(a.answer === answer));
    const judgements = answer === 'yes' ? parts : parts.map((part): Judgement => (part.answer === 'yes' ? { ...part, inVain: true } : part));
    all.push({ key, labels, answer, holding: answer === 'yes' ? holding : 0, judgements, coversMs });
  }
  return all;
}

function tellsBefore(answer: Answer, a: Judgement, b: Judgement): number {
  return Number(b.answer === answer) - Number(a.answer === answer) || b.nearness - a.nearness;
}
