// The median of a few hundred numbers.

/** NaN of nothing. Cost O(n log n). */
export function median(values: Float32Array | Float64Array): number {
  return medianOfSorted(values.slice().sort());
}

/** The same of numbers in order. */
export function medianOfSorted(sorted: Float32Array | Float64Array, length = sorted.length): number {
  if (length === 0) return Number.NaN;
  const middle = length >> 1;
  return length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
