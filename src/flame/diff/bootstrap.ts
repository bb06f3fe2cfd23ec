// The bootstrap over blocks: draws whole blocks with replacement, so that what is correlated inside a block stays together.
import { normalQuantile, studentTail } from './student.js';

/** Sums over stretches of a run that are taken as independent of each other: a row a block, sparse. */
export interface BlockRows {
  /** Numbers a row holds, counting the zeros. */
  width: number;
  /** Blocks are drawn in place of blocks of the same stratum only: threads do different work. */
  strata: Uint32Array;
  /** For each row: which of its numbers are not zero, and these numbers. */
  columns: Uint32Array[];
  values: Float64Array[];
}

/** How often each block is drawn: as many draws in a stratum as it has blocks. Filled anew by each call of the function returned. */
export function drawer(strata: Uint32Array, random: () => number): (weights: Float64Array) => void {
  const members = new Map<number, number[]>();
  for (const [row, stratum] of strata.entries()) members.set(stratum, [...(members.get(stratum) ?? []), row]);
  return (weights) => {
    weights.fill(0);
    for (const rows of members.values()) {
      for (let draw = 0; draw < rows.length; draw++) weights[rows[Math.floor(random() * rows.length)]]++;
    }
  };
}

/**
 * Draws the rows again `replicates` times (Efron 1979; over blocks: Carlstein 1986, Künsch 1989) and hands the sums of each draw to `visit`,
 * which must not keep them. Cost: replicates × numbers that are not zero.
 */
export function resample(rows: BlockRows, replicates: number, random: () => number, visit: (sums: Float64Array, replicate: number) => void): void {
  const weights = new Float64Array(rows.strata.length);
  const sums = new Float64Array(rows.width);
  const draw = drawer(rows.strata, random);
  for (let replicate = 0; replicate < replicates; replicate++) {
    draw(weights);
    sums.fill(0);
    for (let row = 0; row < weights.length; row++) {
      const weight = weights[row];
      if (weight === 0) continue;
      const columns = rows.columns[row];
      const values = rows.values[row];
      for (let i = 0; i < columns.length; i++) sums[columns[i]] += weight * values[i];
    }
    visit(sums, replicate);
  }
}

/** Sums of all rows as they are. */
export function sumRows(rows: BlockRows): Float64Array {
  const sums = new Float64Array(rows.width);
  for (const [row, columns] of rows.columns.entries()) {
    for (let i = 0; i < columns.length; i++) sums[columns[i]] += rows.values[row][i];
  }
  return sums;
}

/** Variance of an estimate from its replicates; `blocks`: how many were drawn each time, which the bootstrap takes for one too many. */
export function bootstrapVariance(replicates: ArrayLike<number>, blocks: number): number {
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < replicates.length; i++) {
    const off = replicates[i] - mean;
    mean += off / (i + 1);
    squares += off * (replicates[i] - mean);
  }
  return (squares / Math.max(1, replicates.length - 1)) * (blocks / Math.max(1, blocks - 1));
}

/** Difference of two independent estimates with its uncertainty. */
export interface Difference {
  change: number;
  /** Percentile interval at 1 - level, for this one question alone. */
  low: number;
  high: number;
  /** P(a change as large, if the true one is within ±least). 1 where |change| ≤ least. */
  p: number;
}

/** One side's estimate, its replicates, how many blocks these are drawn from, the least variance that it can have, and what its blocks do not show. */
export interface Estimate {
  value: number;
  replicates: ArrayLike<number>;
  blocks: number;
  varianceMin: number;
  /** Added: how much whole runs differ. Default 0. */
  varianceMore?: number;
}

/**
 * after - before. The interval is the percentile bootstrap's (Efron 1981), stretched to the variance that is used.
 * The p value is that of a minimum effect (Murphy and Myors 1999): the null hypothesis is a true change of at most ±least, tested by Student's t
 * with the bootstrap's standard error and Welch's degrees of freedom, because tails beyond one in `replicates` cannot be counted.
 */
export function difference(before: Estimate, after: Estimate, least: number, level: number): Difference {
  const change = after.value - before.value;
  const count = before.replicates.length;
  const changes = new Float64Array(count);
  for (let i = 0; i < count; i++) changes[i] = after.replicates[i] - before.replicates[i];
  changes.sort();
  const raw = [before, after].map((side) => bootstrapVariance(side.replicates, side.blocks));
  const used = [before, after].map((side, i) => Math.max(raw[i], side.varianceMin) + (side.varianceMore ?? 0));
  const error = Math.sqrt(used[0] + used[1]);
  const spread = Math.sqrt(raw[0] + raw[1]);
  // Replicates that are all the same have no percentiles: the normal distribution's stand in.
  const reach = normalQuantile(level / 2) * error;
  const bound = (share: number): number =>
    spread === 0 ? change + (share < 0.5 ? -reach : reach) : change + (quantile(changes, share) - change) * (error / spread);
  const df = welch(used, [before.blocks - 1, after.blocks - 1]);
  return { change, low: bound(level / 2), high: bound(1 - level / 2), p: minimumEffectP(Math.abs(change), least, error, df) };
}

/** P(|T| ≥ change) where T is centred at `least`, in the worst case of the null hypothesis. */
export function minimumEffectP(change: number, least: number, error: number, df: number): number {
  if (change <= least) return 1;
  if (error === 0) return 0;
  return Math.min(1, studentTail((change - least) / error, df) + studentTail((change + least) / error, df));
}

/** Degrees of freedom of a sum of variances (Welch 1947, Satterthwaite 1946). */
export function welch(variances: readonly number[], dfs: readonly number[]): number {
  const total = variances.reduce((sum, variance) => sum + variance, 0);
  if (total === 0) return Math.max(1, Math.min(...dfs));
  return total ** 2 / variances.reduce((sum, variance, i) => sum + variance ** 2 / Math.max(1, dfs[i]), 0);
}

/** Linear between the two nearest of sorted values. */
function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}
