// From p values to verdicts: all questions of a diff are judged together, so that noise stays noise however many functions and paths there are.
import { adjustForMany } from '../flame/diff/benjamini-hochberg.js';
import { type FunctionChange, POINTS_MIN, type ProfileDiff, type ShareChange } from '../flame/diff/diff.js';
import { type PathChange, type PathDiff, PERCENTILES, type Percentile, type PercentileChange } from './diff-reports.js';

/**
 * `shifted`: the share of busy time has changed, but not the time a second with it, or no more than that of all functions (others became cheaper or
 * dearer); or self time moved between a function and what it calls. `unjudged`: too little of it to ask.
 */
export type Verdict = 'slower' | 'faster' | 'shifted' | 'noise' | 'unjudged';

export interface JudgedShare extends ShareChange {
  /** p after the correction for all questions (Benjamini–Hochberg): a finding at ≤ level. */
  q: number;
  verdict: Verdict;
}

export interface JudgedFunction extends Omit<FunctionChange, 'self' | 'total'> {
  self: JudgedShare | null;
  total: JudgedShare | null;
  verdict: Verdict;
}

export interface JudgedPercentile extends PercentileChange {
  q: number;
  verdict: Verdict;
}

export interface JudgedPath extends Omit<PathChange, 'percentiles'> {
  percentiles: Record<Percentile, JudgedPercentile>;
  verdict: Verdict;
}

/** What `pitot diff --json` prints. */
export interface DiffReport {
  schema: 'pitot.diff/1';
  before: string;
  after: string;
  level: number;
  /** Questions asked: p values that were corrected together. */
  questions: number;
  /** Null without CPU profiles on both sides. */
  cpu: Pick<ProfileDiff, 'before' | 'after' | 'reference' | 'unjudged'> | null;
  windows: { before: number; after: number } | null;
  /** after / before of the typical path; null without reports. */
  typicalPath: Record<Percentile, number> | null;
  /** Largest change first. */
  functions: JudgedFunction[];
  paths: JudgedPath[];
  pathsGone: string[];
  pathsAdded: string[];
  /** What the reader should know of the inputs. */
  notes: string[];
  /** Whether anything became slower: exit code 1. */
  slower: boolean;
}

export interface DiffParts {
  before: string;
  after: string;
  level: number;
  cpu: ProfileDiff | null;
  paths: PathDiff | null;
  notes: string[];
}

/** Judges all p values at the level, as one family. */
export function judgeDiff({ before, after, level, cpu, paths, notes }: DiffParts): DiffReport {
  const shares = (cpu?.functions ?? []).flatMap(({ self, total }) => (self === total ? [self] : [self, total])).filter((share) => share !== null);
  const percentiles = (paths?.paths ?? []).flatMap((path) => NAMES.map((name) => path.percentiles[name])).filter(({ enough }) => enough);
  const asked = [...shares, ...percentiles];
  const adjusted = adjustForMany(asked.map(({ p }) => p));
  const qOf = new Map<object, number>(asked.map((question, i) => [question, adjusted[i]]));
  const shareQ = adjustForMany(shares.map(({ pShare }) => pShare));
  const shareQOf = new Map<object, number>(shares.map((share, i) => [share, shareQ[i]]));

  const judgeShare = (share: ShareChange | null): JudgedShare | null => {
    if (share === null) return null;
    const q = qOf.get(share) as number;
    const verdict = q <= level ? direction(share.change) : (shareQOf.get(share) as number) <= level ? 'shifted' : 'noise';
    return { ...share, q, verdict };
  };
  const functions = (cpu?.functions ?? []).map((change): JudgedFunction => {
    const self = judgeShare(change.self);
    const total = judgeShare(change.total);
    // What a function took over from those it calls, or gave to them, is no change of speed.
    if (self !== null && isFinding(self.verdict) && moved(self, total)) self.verdict = 'shifted';
    return { ...change, self, total, verdict: strongest([self?.verdict ?? 'unjudged', total?.verdict ?? 'unjudged']) };
  });
  const judgedPaths = (paths?.paths ?? []).map((path): JudgedPath => {
    const judge = (change: PercentileChange): JudgedPercentile => {
      const q = qOf.get(change) ?? 1;
      return { ...change, q, verdict: !change.enough ? 'unjudged' : q <= level ? direction(change.ratio - 1) : 'noise' };
    };
    const { p50, p95, p99 } = path.percentiles;
    const judged = { p50: judge(p50), p95: judge(p95), p99: judge(p99) };
    return { ...path, percentiles: judged, verdict: strongest(NAMES.map((name) => judged[name].verdict)) };
  });
  return {
    schema: 'pitot.diff/1',
    before,
    after,
    level,
    questions: asked.length,
    cpu: cpu && { before: cpu.before, after: cpu.after, reference: cpu.reference, unjudged: cpu.unjudged },
    windows: paths?.windows ?? null,
    typicalPath: paths?.typical ?? null,
    functions: functions.sort((a, b) => size(b) - size(a)),
    paths: judgedPaths.sort((a, b) => pathSize(b) - pathSize(a)),
    pathsGone: paths?.gone ?? [],
    pathsAdded: paths?.added ?? [],
    notes,
    slower: functions.some(({ verdict }) => verdict === 'slower') || judgedPaths.some(({ verdict }) => verdict === 'slower'),
  };
}

const NAMES = Object.keys(PERCENTILES) as Percentile[];
const ORDER: readonly Verdict[] = ['slower', 'faster', 'shifted', 'noise', 'unjudged'];

const direction = (change: number): Verdict => (change > 0 ? 'slower' : 'faster');
const isFinding = (verdict: Verdict): boolean => verdict === 'slower' || verdict === 'faster';
const strongest = (verdicts: readonly Verdict[]): Verdict => ORDER.find((verdict) => verdicts.includes(verdict)) as Verdict;
const moved = (self: ShareChange, total: ShareChange | null): boolean => total !== null && Math.sign(self.change) * total.change < POINTS_MIN / 2;
const size = ({ self, total }: JudgedFunction): number => Math.max(Math.abs(self?.change ?? 0), Math.abs(total?.change ?? 0));
const pathSize = ({ percentiles }: JudgedPath): number => Math.max(...NAMES.map((name) => Math.abs(Math.log(percentiles[name].ratio))));
