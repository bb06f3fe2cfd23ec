// Buckets of values: exactly those of an HDR histogram with 3 significant digits, found from the bits of a float64.

/*
 * HDR with 2 048 sub-buckets (HdrHistogram, Gil Tene) keeps whole numbers below 2 048 apart, and above cuts each power of two into 1 024 parts.
 * The upper word of a float64 holds its exponent and the top 20 bits of its mantissa, so for values from 2 048 on the bucket is that word
 * without its last 10 bits: no logarithm, no loop.
 *
 *   value           bucket
 *   0 .. 2047       floor(value)
 *   2^e (1 + m/1024)  2048 + (e - 11) * 1024 + m      e = 11..41
 */
const LINEAR = 2048;
const LINEAR_EXPONENT = 11;
const HIGH_WORD_BIAS = (1023 + LINEAR_EXPONENT) << 10;
const HIGH_WORD_OF_2048 = (1023 + LINEAR_EXPONENT) << 20;

/** Buckets for values below 2^42, the first power of two above one hour in ns. */
export const BUCKETS = LINEAR + (42 - LINEAR_EXPONENT) * 1024;

/** Bucket of a value >= 0, -0 included, whose float64 has the given upper word. */
export function bucketOf(value: number, highWord: number): number {
  // Compared as signed words, so that -0 (which Math.round gives) is in the bucket of 0.
  return (highWord | 0) < HIGH_WORD_OF_2048 ? Math.floor(value) : LINEAR + (highWord >>> 10) - HIGH_WORD_BIAS;
}

/** Lowest whole number in a bucket: what an HDR histogram calls the lowest equivalent value. */
export function lowestOf(bucket: number): number {
  if (bucket < LINEAR) return bucket;
  const above = bucket - LINEAR;
  return (1024 + (above & 1023)) * 2 ** ((above >>> 10) + 1);
}
