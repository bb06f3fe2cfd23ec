// What came of one program: the verdict, when it came, and whether the culprit is the right one.
import type { Pattern } from './corpus/pattern.js';
import type { SuspectRead, VerdictLine } from './read-verdicts.js';

/** `missed`: a leak without the verdict. `false`: a verdict `leak` where nothing leaks. */
export type Judgement = 'right' | 'missed' | 'false';

/** What the naming rests on: a snapshot that was looked into, or the sampling profile's functions alone. */
export type NamedBy = 'snapshot' | 'functions' | 'nothing';

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
  /** Of the last line that says leak; of handles a count. */
  growthBytesPerHour: number;
  growthKind: string;
  msToLimit: number | null;
  namedBy: NamedBy;
  /** Why no snapshot was looked into; empty: one was, or there was no leak to look for. */
  noSnapshot: string;
  /**
   * Whether the first of the suspects, or one of the three, is the class, the holder or the way to them; of functions alone, the one that allocates.
   * null where nothing leaks, or no leak was seen.
   */
  culpritFirst: boolean | null;
  culpritAmongThree: boolean | null;
  /** Whether the function that allocates is named; null where it has no name. */
  allocationRight: boolean | null;
  /** Sentences. */
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
  const ofKind = leaks.filter(({ kind }) => kind === pattern.kind);
  const named = ofKind.findLast(({ isNamed }) => isNamed) ?? ofKind.findLast(({ suspects }) => suspects.length > 0);
  const suspects = named?.suspects.slice(0, 3) ?? [];
  const namedBy = named === undefined ? 'nothing' : named.isNamed ? 'snapshot' : 'functions';
  const isRight = (suspect: SuspectRead): boolean => (namedBy === 'snapshot' ? isCulprit(suspect, pattern) : allocates(suspect, pattern));
  const isJudged = isExpected && isLeak;
  return {
    pattern,
    node,
    verdict: isLeak ? 'leak' : lines.some(({ verdict }) => verdict === 'suspected') ? 'suspected' : 'none',
    judgement: isLeak === isExpected ? 'right' : isExpected ? 'missed' : 'false',
    kinds: [...new Set(leaks.map(({ kind }) => kind))],
    minutesToLeak: isLeak ? ((leaks[0].atMs - startMs) * scale) / 60_000 : null,
    growthBytesPerHour: leaks.at(-1)?.growthBytesPerHour ?? 0,
    growthKind: leaks.at(-1)?.kind ?? '',
    msToLimit: leaks.at(-1)?.msToLimit ?? null,
    namedBy,
    noSnapshot: isJudged && namedBy !== 'snapshot' ? whyNoSnapshot(leaks, ofKind.length > 0) : '',
    culpritFirst: isJudged ? suspects.slice(0, 1).some(isRight) : null,
    culpritAmongThree: isJudged ? suspects.some(isRight) : null,
    allocationRight: isJudged && pattern.allocation !== '' ? suspects.some((suspect) => allocates(suspect, pattern)) : null,
    suspects: suspects.map(({ sentence }) => sentence),
    whyNot: whyNot.get(pattern.kind) || (lines.findLast((line) => line.whyNot !== '')?.whyNot ?? ''),
    failure,
  };
}

const isCulprit = ({ terms }: SuspectRead, { culprit }: Pattern): boolean => terms.some((term) => culprit.some((name) => name.test(term)));

/** `put`, also as `LruCache.put`. */
const allocates = ({ allocating }: SuspectRead, { allocation }: Pattern): boolean =>
  allocation !== '' && allocating.some((name) => name === allocation || name.endsWith(`.${allocation}`));

function whyNoSnapshot(leaks: readonly VerdictLine[], isOfKind: boolean): string {
  const refusal = leaks.findLast((line) => line.refusal !== '')?.refusal ?? '';
  if (refusal !== '') return `refused: ${refusal}`;
  return isOfKind ? 'it was not taken, or not looked into, before the end' : 'the verdict is on another class of memory';
}
