// Medians: benches compare medians of ratios taken side by side, since means follow the machine's worst moment.

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
