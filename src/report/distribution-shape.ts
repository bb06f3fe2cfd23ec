// The picture of a distribution: counts of an HDR histogram, summed into bins that are equally wide on a logarithmic axis.
import * as hdr from 'hdr-histogram-js';
import { PitotError, show } from '../core/errors.js';

/** Bin i of `counts` holds the values from 2^((firstBin + i) / binsPerOctave) up to, not including, 2^((firstBin + i + 1) / binsPerOctave). */
export interface DistributionShape {
  firstBin: number;
  /** Empty where the histogram is. The first and the last are never 0. */
  counts: number[];
}

/**
 * Decodes a V2 compressed base64 histogram and bins its counts by log2 of the value. Zeros are counted as ones: a logarithmic axis has no zero.
 * Each of the histogram's buckets goes to one bin whole, by its lowest value, so no count is split and the sum is exact.
 * An empty text is an empty shape; a text that is no histogram throws INPUT_FILE.
 */
export function distributionShape(hdrBase64: string, binsPerOctave = 8): DistributionShape {
  if (hdrBase64 === '') return { firstBin: 0, counts: [] };
  const histogram = decode(hdrBase64);
  if (histogram.totalCount === 0) return { firstBin: 0, counts: [] };
  const binOf = (value: number): number => Math.floor(Math.log2(Math.max(1, value)) * binsPerOctave);
  const zeros = histogram.getCountAtIndex(0);
  const lowest = Math.min(histogram.minNonZeroValue, histogram.maxValue);
  const firstBin = zeros > 0 ? 0 : binOf(histogram.lowestEquivalentValue(lowest));
  const lastBin = binOf(histogram.lowestEquivalentValue(histogram.maxValue));
  const counts = new Array<number>(lastBin - firstBin + 1).fill(0);
  if (zeros > 0) counts[0] = zeros;
  const last = histogram.countsArrayIndex(histogram.maxValue);
  for (let index = Math.max(1, histogram.countsArrayIndex(lowest)); index <= last; index++) {
    const count = histogram.getCountAtIndex(index);
    if (count > 0) counts[binOf(histogram.valueFromIndex(index)) - firstBin] += count;
  }
  return { firstBin, counts };
}

function decode(hdrBase64: string): hdr.JsHistogram {
  try {
    return hdr.decodeFromCompressedBase64(hdrBase64, 64, false) as hdr.JsHistogram;
  } catch {
    throw new PitotError('INPUT_FILE', {
      option: 'hdr',
      allowed: 'a V2 compressed HDR histogram in base64',
      received: show(hdrBase64),
      remedy: 'Take the text from a report unchanged.',
    });
  }
}
