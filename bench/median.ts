// Medians and other quantiles: benches compare medians of ratios taken side by side, since means follow the machine's worst moment.

/** The middle value; between two, their mean. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median of values[i] / base[i]: each pair was measured in the same round, so what slowed both cancels. */
export const medianRatio = (values: readonly number[], base: readonly number[]): number => median(values.map((value, i) => value / base[i]));

/** Median of values[i] - base[i]. */
export const medianDifference = (values: readonly number[], base: readonly number[]): number => median(values.map((value, i) => value - base[i]));

/** The smallest value that at least the share q of the values does not exceed (nearest rank). NaN for none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * q) - 1)] ?? Number.NaN;
}
