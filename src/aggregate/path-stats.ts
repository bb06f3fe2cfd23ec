// Buckets -> HDR histograms -> the statistics of one path. Percentiles come from nothing else. Thread: pool worker (or the agent thread at a short process's end).
import * as hdr from 'hdr-histogram-js';
import { DURATION_NS_MAX } from '../core/limits.js';
import { lowestOf } from './bucket.js';

/** What one path's counts say, in the path's own unit. */
export interface ValueStats {
  min: number;
  p50: number;
  p90: number;
  p95: number;
  p99: number;
  p999: number;
  max: number;
  mean: number;
  /** HDR V2 compressed, base64; empty when not asked for. */
  hdr: string;
}

/** Exact figures that were kept beside the buckets. */
export interface ExactFigures {
  min: number;
  max: number;
  weight: number;
  sum: number;
}

/** Turns buckets into statistics with one reused histogram: 64-bit counts, 1 to one hour, 3 significant digits or 2. */
export class StatsBuilder {
  private readonly histogram: hdr.Histogram;

  constructor(digits: 2 | 3) {
    this.histogram = hdr.build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: DURATION_NS_MAX,
      numberOfSignificantValueDigits: digits,
      bitBucketSize: 64,
      useWebAssembly: false,
    });
  }

  /** Statistics of the entries from..to. min, max and mean are exact; the percentiles are an HDR histogram's, never outside min..max. */
  build(buckets: Uint16Array, counts: Float64Array, from: number, to: number, exact: ExactFigures, encode: boolean): ValueStats {
    const histogram = this.histogram;
    histogram.reset();
    for (let i = from; i < to; i++) histogram.recordValueWithCount(lowestOf(buckets[i]), counts[i]);
    const at = (percentile: number): number => Math.min(exact.max, Math.max(exact.min, histogram.getValueAtPercentile(percentile)));
    return {
      min: exact.min,
      p50: at(50),
      p90: at(90),
      p95: at(95),
      p99: at(99),
      p999: at(99.9),
      max: exact.max,
      mean: exact.weight === 0 ? 0 : exact.sum / exact.weight,
      hdr: encode ? hdr.encodeIntoCompressedBase64(histogram) : '',
    };
  }
}
