// Adds HDR histograms that travel in reports as text, and reads percentiles from the sum: the only way percentiles are merged.
import * as hdr from 'hdr-histogram-js';
import { DURATION_NS_MAX } from '../core/limits.js';

/** What a sum says. Percentiles are the highest value their bucket stands for, but never outside the exact min..max kept beside it. */
export interface SumStats {
  p50: number;
  p90: number;
  p95: number;
  p99: number;
  p999: number;
  /** V2 compressed, base64. */
  hdr: string;
}

/**
 * Sum of V2 compressed base64 histograms of non-negative whole numbers. Only the span of buckets in use is held, because a merge keeps
 * thousands of sums at once and a whole histogram takes 270 KB. Histograms of 2 and of 3 significant digits add up to one of 2.
 */
export class HdrSum {
  private digits = 0;
  private total = 0;
  private counts = new Float64Array(0);
  /** Index in the histogram of counts[0]. */
  private first = 0;

  /** Recorded values, weighted where calls were sampled. */
  get count(): number {
    return this.total;
  }

  /** Adds a histogram and returns its count. Throws where the text is none; nothing is added then. */
  add(encoded: string): number {
    const other = hdr.decodeFromCompressedBase64(encoded, 64, false) as hdr.JsHistogram;
    if (other.totalCount === 0) return 0;
    if (other.lowestDiscernibleValue !== 1) throw new Error(`unit of ${other.lowestDiscernibleValue} instead of 1`);
    if (this.digits === 0) this.digits = other.numberOfSignificantValueDigits;
    else if (other.numberOfSignificantValueDigits < this.digits) this.coarsen(other.numberOfSignificantValueDigits);
    const scale = other.numberOfSignificantValueDigits === this.digits ? undefined : scaleOf(this.digits);
    const last = other.countsArrayIndex(other.maxValue);
    for (let index = other.countsArrayIndex(Math.min(other.minNonZeroValue, other.maxValue)); index <= last; index++) {
      const count = other.getCountAtIndex(index);
      if (count > 0) this.addAt(scale === undefined ? index : scale.countsArrayIndex(other.valueFromIndex(index)), count);
    }
    // Zeros are not within minNonZeroValue..maxValue.
    if (other.maxValue > 0 && other.getCountAtIndex(0) > 0) this.addAt(0, other.getCountAtIndex(0));
    this.total += other.totalCount;
    return other.totalCount;
  }

  /** Percentiles of the sum, and the sum itself as text. */
  stats(min: number, max: number): SumStats {
    if (this.total === 0) return { p50: 0, p90: 0, p95: 0, p99: 0, p999: 0, hdr: '' };
    const sum = scaleOf(this.digits);
    sum.reset();
    for (let i = 0; i < this.counts.length; i++) {
      if (this.counts[i] > 0) sum.recordValueWithCount(sum.valueFromIndex(this.first + i), this.counts[i]);
    }
    const at = (percentile: number): number => Math.min(max, Math.max(min, sum.getValueAtPercentile(percentile)));
    const stats = { p50: at(50), p90: at(90), p95: at(95), p99: at(99), p999: at(99.9), hdr: hdr.encodeIntoCompressedBase64(sum) };
    sum.reset();
    return stats;
  }

  private addAt(index: number, count: number): void {
    if (index < this.first || index >= this.first + this.counts.length) this.reach(index);
    this.counts[index - this.first] += count;
  }

  /** Grows to an index and half as far again, so that a run of new indices costs few copies. */
  private reach(index: number): void {
    const empty = this.counts.length === 0;
    const slack = 32 + (this.counts.length >>> 1);
    const first = empty || index < this.first ? Math.max(0, index - slack) : this.first;
    const end = empty || index >= this.first + this.counts.length ? index + 1 + slack : this.first + this.counts.length;
    const grown = new Float64Array(end - first);
    if (!empty) grown.set(this.counts, this.first - first);
    this.counts = grown;
    this.first = first;
  }

  private coarsen(digits: number): void {
    const { counts, first } = this;
    const fine = scaleOf(this.digits);
    const coarse = scaleOf(digits);
    this.counts = new Float64Array(0);
    this.digits = digits;
    for (let i = 0; i < counts.length; i++) {
      if (counts[i] > 0) this.addAt(coarse.countsArrayIndex(fine.valueFromIndex(first + i)), counts[i]);
    }
  }
}

/** One empty histogram for each number of digits: it knows which bucket a value is in, and is the scratch in which a sum is finished. */
const scales = new Map<number, hdr.JsHistogram>();

function scaleOf(digits: number): hdr.JsHistogram {
  let scale = scales.get(digits);
  if (scale === undefined) {
    scale = hdr.build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: DURATION_NS_MAX,
      numberOfSignificantValueDigits: digits as 1 | 2 | 3 | 4 | 5,
      bitBucketSize: 64,
      useWebAssembly: false,
    }) as hdr.JsHistogram;
    scales.set(digits, scale);
  }
  return scale;
}
