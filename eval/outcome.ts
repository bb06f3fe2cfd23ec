// What came of one program: the verdict, when it came, and whether the culprit is the right one.
import type { Pattern } from './corpus/pattern.js';
import type { VerdictLine } from './read-verdicts.js';

/** `missed`: a leak without the verdict. `false`: a verdict `leak` where nothing leaks. */
export type Judgement = 'right' | 'missed' | 'false';

export interface Outcome {
  pattern: Pattern;
  /** `v20.20.2`. */
  node: string;
  /** The worst that was said. */
  verdict: VerdictLine['verdict'];
  judgement: Judgement;
  /** Classes of memory that were said to leak. */
  kinds: string[];
  /** Simulated, from the start to the first `leak`; null: there was none. */
  minutesToLeak: number | null;
  /** Of the last line that says leak. */
  growthBytesPerHour: number;
  msToLimit: number | null;
  /** Whether the first of the suspects, or one of the three, names the class or the holder; null where nothing leaks, or no leak was seen. */
  culpritFirst: boolean | null;
  culpritAmongThree: boolean | null;
  /** Whether the function that allocates is named; null where it has no name. */
  allocationRight: boolean | null;
  suspects: string[];
  whyNot: string;
  /** Why the program ended before its time; empty: it did not. */
  failure: string;
}

export interface RunFacts {
  pattern: Pattern;
  node: string;
  startMs: number;
  scale: number;
  failure: string;
  /** Why there was no alarm, by class, as the newest report says. */
  whyNot: ReadonlyMap<string, string>;
}

export function outcomeOf(lines: readonly VerdictLine[], { pattern, node, startMs, scale, failure, whyNot }: RunFacts): Outcome {
  const leaks = lines.filter(({ verdict }) => verdict === 'leak');
  const isLeak = leaks.length > 0;
  const isExpected = pattern.expected === 'leak';
  const named = leaks.findLast(({ suspects }) => suspects.length > 0);
  const suspects = named?.suspects.slice(0, 3) ?? [];
  const names = (sentence: string): boolean => pattern.culprit.some((name) => name.test(sentence));
  const isJudged = isExpected && isLeak;
  return {
    pattern,
    node,
    verdict: isLeak ? 'leak' : lines.some(({ verdict }) => verdict === 'suspected') ? 'suspected' : 'none',
    judgement: isLeak === isExpected ? 'right' : isExpected ? 'missed' : 'false',
    kinds: [...new Set(leaks.map(({ kind }) => kind))],
    minutesToLeak: isLeak ? ((leaks[0].atMs - startMs) * scale) / 60_000 : null,
    growthBytesPerHour: leaks.at(-1)?.growthBytesPerHour ?? 0,
    msToLimit: leaks.at(-1)?.msToLimit ?? null,
    culpritFirst: isJudged ? suspects.length > 0 && names(suspects[0]) : null,
    culpritAmongThree: isJudged ? suspects.some(names) : null,
    allocationRight: isJudged && pattern.allocation !== '' ? (named?.allocations ?? []).some((name) => name.includes(pattern.allocation)) : null,
    suspects,
    whyNot: whyNot.get(pattern.kind) || (lines.findLast((line) => line.whyNot !== '')?.whyNot ?? ''),
    failure,
  };
}
