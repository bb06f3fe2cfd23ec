// Seeded random numbers (mulberry32, Tommy Ettinger): the same test every time.
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Log-normal durations in ns around a median. */
export const logNormal = (random: () => number, medianNs: number, sigma: number): number =>
  medianNs * Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));

/** The exact percentile HDR is compared with: the smallest value with at least that share of values at or below it. */
export function exactPercentile(sorted: readonly number[], percentile: number): number {
  // The share is taken off a whole number of values: 99.9 % of 100 000 is 99 900, not the 99 901 that floating point makes of it.
  return sorted[Math.max(0, Math.ceil((percentile * sorted.length) / 100 - 1e-9) - 1)];
}
