// Seeded durations as services have them: log-normal, each path around a median of its own.

/** Uniform numbers in [0, 1), the same each time (mulberry32, Tommy Ettinger). */
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

/** Spread of a path's durations: the 99th percentile is about three times the median. */
export const SIGMA = 0.5;
const MEDIAN_NS_MIN = 10_000;
const MEDIAN_NS_MAX = 10_000_000;

/** Medians of so many paths, ns: log-uniform from 10 µs to 10 ms. */
export const pathMediansNs = (random: () => number, paths: number): number[] =>
  Array.from({ length: paths }, () => MEDIAN_NS_MIN * (MEDIAN_NS_MAX / MEDIAN_NS_MIN) ** random());

/** One whole duration in ns around a median (Box-Muller). */
export const logNormalNs = (random: () => number, medianNs: number): number =>
  1 + Math.floor(medianNs * Math.exp(SIGMA * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())));
