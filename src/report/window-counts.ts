// One path's HDR histograms, a window each, on one common scale: percentiles of any resampling of the windows are read from the added counts.
import * as hdr from 'hdr-histogram-js';

/** The buckets in use of one HDR histogram, by the highest value each stands for. */
export interface Buckets {
  values: number[];
  counts: number[];
  total: number;
}

/** Reads a V2 compressed base64 histogram. Throws where the text is none. */
export function readBuckets(encoded: string): Buckets {
  const histogram = hdr.decodeFromCompressedBase64(encoded, 64, false) as hdr.JsHistogram;
  const buckets: Buckets = { values: [], counts: [], total: histogram.totalCount };
  if (histogram.totalCount === 0) return buckets;
  const last = histogram.countsArrayIndex(histogram.maxValue);
  for (let index = 0; index <= last; index++) {
    const count = histogram.getCountAtIndex(index);
    if (count === 0) continue;
    buckets.values.push(histogram.highestEquivalentValue(histogram.valueFromIndex(index)));
    buckets.counts.push(count);
  }
  return buckets;
}

/** Windows of one path. Histograms of 2 and of 3 significant digits mix: the scale has the buckets of all. */
export class WindowCounts {
  readonly windows: number;
  readonly total: number;
  private readonly scale: Float64Array;
  /** For each window, how many values are in its buckets up to each step of the scale. */
  private readonly upTo: Float64Array[];
  private readonly totals: Float64Array;

  constructor(windows: readonly Buckets[]) {
    this.windows = windows.length;
    this.totals = Float64Array.from(windows, (window) => window.total);
    this.total = this.totals.reduce((sum, total) => sum + total, 0);
    this.scale = Float64Array.from(new Set(windows.flatMap((window) => window.values))).sort();
    this.upTo = windows.map((window) => {
      const cumulative = new Float64Array(this.scale.length);
      let at = 0;
      let sum = 0;
      for (let step = 0; step < cumulative.length; step++) {
        if (window.values[at] === this.scale[step]) sum += window.counts[at++];
        cumulative[step] = sum;
      }
      return cumulative;
    });
  }

  /** The value that a share of all values is at or below, each window counted as often as its weight says; 0 without any value. */
  quantile(share: number, weights: ArrayLike<number>): number {
    let total = 0;
    for (let i = 0; i < this.totals.length; i++) total += weights[i] * this.totals[i];
    return total === 0 ? 0 : this.atRank(Math.max(1, Math.ceil(share * total - 1e-9)), weights);
  }

  /** Value number `rank` of the sorted values of all windows, from 1. */
  atRank(rank: number, weights: ArrayLike<number>): number {
    let low = 0;
    let high = this.scale.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      let below = 0;
      for (let i = 0; i < this.upTo.length; i++) below += weights[i] === 0 ? 0 : weights[i] * this.upTo[i][middle];
      if (below >= rank) high = middle;
      else low = middle + 1;
    }
    return this.scale[low];
  }

  /** As they are: every window once. */
  once(): Float64Array {
    return new Float64Array(this.windows).fill(1);
  }
}
