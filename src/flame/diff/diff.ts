// What changed between two profiles, function by function: share of the busy time and time a second, each with an interval and a p value.

import type { NamedProfile } from '../profile.js';
import { BLOCKS_MIN, type BlockSums, BUSY, BUSY_SAMPLES_MIN, FIRST_FUNCTION, type ProfileSide, sumBlocks, WALL } from './block-sums.js';
import { type Difference, difference, type Estimate, resample, sumRows } from './bootstrap.js';
import { alignRoots, type FunctionInfo, FunctionTable } from './function-table.js';

/** The least change worth telling, of busy time and of the function's own time (mean of both sides): smaller ones are noise by definition. */
export const POINTS_MIN = 0.01;
export const RATIO_MIN = 0.1;
/**
 * Part of the least change that two runs of one build are taken to differ by anyway, for reasons that no sample of either shows: where code and heap
 * come to lie, in which order functions are optimised (Mytkowicz et al. 2009; Kalibera and Jones 2013). The samples must speak against this, not against 0.
 */
const RUN_NOISE_PART = 0.5;
/** Replicates of the bootstrap: intervals need some hundreds in each tail (Efron and Tibshirani 1993). */
export const REPLICATES = 2000;
/** Variance of samples in no order over that of independent ones: neighbours correlated by a third, an AR(1) process's (1 + r) / (1 - r). */
const UNORDERED_DESIGN_EFFECT = 2;
/** Where both sides have few samples of a function, it is not asked about: fewer questions, sharper answers (Bourgon et al. 2010). */
const TESTED_SHARE_MIN = POINTS_MIN / 2;

/** A function with more than this of the busy time below it is one that most of the others run under. */
const ROOTLIKE_SHARE = 0.5;

/** How one measure of a function changed. Ratios are of busy time. */
export interface ShareChange {
  before: number;
  after: number;
  /** after - before, and its bootstrap interval at 1 - level. */
  change: number;
  low: number;
  high: number;
  /** CPU time of all threads per second of the main thread's wall time. */
  beforeMsPerS: number;
  afterMsPerS: number;
  /** p value of the change of share; 1 below the least effect. */
  pShare: number;
  /** The same for the share, the time a second and the share against that of a typical function, all in one direction: what a finding asks for. */
  p: number;
}

export interface FunctionChange extends FunctionInfo {
  /** Null where neither side has enough of it to ask. */
  self: ShareChange | null;
  /** The same object as self where it calls nothing on either side: one question, not two. */
  total: ShareChange | null;
}

export interface SideFigures {
  profiles: number;
  samples: number;
  busyMs: number;
  wallMs: number;
  blocks: number;
  block: BlockSums['block'];
  blockSamples: number;
}

export interface ProfileDiff {
  before: SideFigures;
  after: SideFigures;
  /** What the share of a typical function was multiplied by: not 1 where a large one grew or shrank. */
  reference: { self: number; total: number };
  functions: FunctionChange[];
  /** Why nothing is asked; empty otherwise. */
  unjudged: string;
}

export interface DiffOptions {
  /** 0..1; intervals are at 1 - level. */
  level: number;
  random: () => number;
  replicates?: number;
}

/** Compares two sides. The functions come in no order; judging them together is the caller's part, see judge-diff. */
export function diffProfiles(before: ProfileSide, after: ProfileSide, { level, random, replicates = REPLICATES }: DiffOptions): ProfileDiff {
  const table = new FunctionTable();
  const roots = alignRoots(filesOf(before.profiles), filesOf(after.profiles));
  const left = sumBlocks(before, table, roots.before, random);
  const right = sumBlocks(after, table, roots.after, random);
  left.rows.width = right.rows.width;
  const sides = [new ResampledSide(left, before.ordered), new ResampledSide(right, after.ordered)] as const;
  const figures = { before: sides[0].figures(before), after: sides[1].figures(after) };
  const unjudged = whyUnjudged(figures.before, left) || whyUnjudged(figures.after, right);
  if (unjudged !== '') return { ...figures, reference: { self: 1, total: 1 }, functions: [], unjudged };
  const columns = table.infos.flatMap((_, i) => [FIRST_FUNCTION + 2 * i, FIRST_FUNCTION + 2 * i + 1]);
  const tested = columns.filter((column) => (sides[0].share(column) + sides[1].share(column)) / 2 >= TESTED_SHARE_MIN);
  const isLeaf = (selfColumn: number): boolean => sides.every((side) => side.share(selfColumn) === side.share(selfColumn + 1));
  const asked = tested.filter((column) => isSelf(column) || !isLeaf(column - 1));
  for (const side of sides) side.resample(asked, replicates, random);
  const reference = {
    self: typicalRatio(tested.filter(isSelf), 1, sides[0], sides[1]),
    // What nearly everything runs under says nothing of the rest: its share is always all.
    total: typicalRatio(
      tested.filter((column) => !isSelf(column)),
      ROOTLIKE_SHARE,
      sides[0],
      sides[1],
    ),
  };
  const changes = new Map(
    asked.map((column) => {
      // Self time may all be in one function that others share: their totals tell then.
      const references = isSelf(column) ? [reference.self] : [reference.self, reference.total];
      return [column, changeOf(column, sides[0], sides[1], references, level)];
    }),
  );
  const functions = table.infos.map((info, i) => {
    const selfColumn = FIRST_FUNCTION + 2 * i;
    const self = changes.get(selfColumn) ?? null;
    return { ...info, self, total: isLeaf(selfColumn) ? self : (changes.get(selfColumn + 1) ?? null) };
  });
  return { ...figures, reference, functions, unjudged };
}

/** Sums of a side, and of its replicates for the columns asked about. */
class ResampledSide {
  private readonly sums: Float64Array;
  private readonly blocks: BlockSums;
  private readonly stretch: number;
  private readonly shares = new Map<number, Float64Array>();
  private readonly rates = new Map<number, Float64Array>();

  constructor(blocks: BlockSums, ordered: boolean) {
    this.blocks = blocks;
    this.sums = sumRows(blocks.rows);
    this.stretch = ordered ? 1 : Math.sqrt(UNORDERED_DESIGN_EFFECT);
  }

  share(column: number): number {
    return ratio(this.sums[column], this.sums[BUSY]);
  }

  rate(column: number): number {
    return ratio(this.sums[column], this.sums[WALL]);
  }

  resample(columns: readonly number[], replicates: number, random: () => number): void {
    const shares = columns.map(() => new Float64Array(replicates));
    const rates = columns.map(() => new Float64Array(replicates));
    resample(this.blocks.rows, replicates, random, (sums, replicate) => {
      for (let i = 0; i < columns.length; i++) {
        shares[i][replicate] = ratio(sums[columns[i]], sums[BUSY]);
        rates[i][replicate] = ratio(sums[columns[i]], sums[WALL]);
      }
    });
    for (const [i, column] of columns.entries()) {
      this.shares.set(column, this.stretched(shares[i], this.share(column)));
      this.rates.set(column, this.stretched(rates[i], this.rate(column)));
    }
  }

  shareEstimate(column: number) {
    const value = this.share(column);
    // Never surer than of independent samples: a function seen in few blocks has a variance that is hard to see.
    const varianceMin = (value * (1 - value)) / Math.max(1, this.blocks.busySamples);
    return { value, replicates: this.shares.get(column)!, blocks: this.blocks.rows.strata.length, varianceMin };
  }

  rateEstimate(column: number) {
    return { value: this.rate(column), replicates: this.rates.get(column)!, blocks: this.blocks.rows.strata.length, varianceMin: 0 };
  }

  figures(side: ProfileSide): SideFigures {
    const { samples, block, blockSamples, rows } = this.blocks;
    const [busyMs, wallMs] = [this.sums[BUSY] / 1000, this.sums[WALL] / 1000];
    return { profiles: side.profiles.length, samples, busyMs, wallMs, blocks: rows.strata.length, block, blockSamples };
  }

  private stretched(replicates: Float64Array, value: number): Float64Array {
    return this.stretch === 1 ? replicates : replicates.map((replicate) => value + (replicate - value) * this.stretch);
  }
}

/** Three questions a change must all pass: is it a change of share, of time a second, and against what happened to the others? */
function changeOf(column: number, before: ResampledSide, after: ResampledSide, references: readonly number[], level: number): ShareChange {
  const [from, to] = [before.shareEstimate(column), after.shareEstimate(column)];
  const [fromRate, toRate] = [before.rateEstimate(column), after.rateEstimate(column)];
  const shareMin = Math.max(POINTS_MIN, RATIO_MIN * mean(from.value, to.value));
  const rateMin = Math.max(POINTS_MIN * mean(before.rate(BUSY), after.rate(BUSY)), RATIO_MIN * mean(fromRate.value, toRate.value));
  const share = difference(from, to, RUN_NOISE_PART * shareMin, level);
  const rate = difference(fromRate, toRate, RUN_NOISE_PART * rateMin, level);
  const apart = references.map((reference) => difference(scaled(from, reference), to, RUN_NOISE_PART * shareMin, level));
  const pOf = ({ change, p }: Difference, least: number): number =>
    Math.abs(change) < least || Math.sign(change) !== Math.sign(share.change) ? 1 : p;
  const pShare = pOf(share, shareMin);
  return {
    before: from.value,
    after: to.value,
    change: share.change,
    low: share.low,
    high: share.high,
    beforeMsPerS: fromRate.value * 1000,
    afterMsPerS: toRate.value * 1000,
    pShare,
    // An intersection-union test (Berger 1982): all at once are as unlikely as the likeliest of them.
    p: Math.max(pShare, pOf(rate, rateMin), ...apart.map((it) => pOf(it, shareMin))),
  };
}

/**
 * Shares add up to 1: where one function shrinks, all others grow, and on a thread that is always busy so does their time a second. Most functions do
 * not change from one version to the next, so the median of their ratios tells how much of a change is that alone (as in Anders and Huber 2010,
 * for counts of genes). 1 with fewer than three functions to take it from.
 */
function typicalRatio(columns: readonly number[], shareMax: number, before: ResampledSide, after: ResampledSide): number {
  const meanShare = (column: number): number => mean(before.share(column), after.share(column));
  const ratios = columns
    .filter((column) => meanShare(column) >= POINTS_MIN && meanShare(column) <= shareMax)
    .map((column) => after.share(column) / before.share(column))
    .sort((a, b) => a - b);
  const [low, high] = [ratios[(ratios.length - 1) >> 1], ratios[ratios.length >> 1]];
  return ratios.length < 3 || low === 0 || high === Number.POSITIVE_INFINITY ? 1 : Math.sqrt(low * high);
}

const scaled = ({ value, replicates, blocks, varianceMin }: Estimate, factor: number): Estimate => ({
  value: value * factor,
  replicates: Float64Array.from(replicates, (replicate) => replicate * factor),
  blocks,
  varianceMin: varianceMin * factor * factor,
});

function whyUnjudged({ blocks }: SideFigures, { busySamples }: BlockSums): string {
  if (busySamples < BUSY_SAMPLES_MIN) return `${Math.round(busySamples)} samples that are not idle, at least ${BUSY_SAMPLES_MIN} are needed`;
  return blocks < BLOCKS_MIN ? `${blocks} blocks of samples, at least ${BLOCKS_MIN} are needed` : '';
}

const isSelf = (column: number): boolean => (column - FIRST_FUNCTION) % 2 === 0;
const mean = (a: number, b: number): number => (a + b) / 2;
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function* filesOf(profiles: readonly NamedProfile[]): Generator<string> {
  for (const profile of profiles) for (const frame of profile.frames) yield frame.file;
}
