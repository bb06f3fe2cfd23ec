// Seeded chance: uniform, normal, Poisson, and noise with memory (AR(1)).
import { seeded } from '../../support/random.js';

export class Random {
  /** [0, 1). */
  readonly next: () => number;

  constructor(seed: number) {
    this.next = seeded(seed * 2_654_435_761);
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  poisson(mean: number): number {
    if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.next(); product > limit; product *= this.next()) count++;
    return count;
  }
}

/** Standard deviation 1; each value keeps this part of the last. */
export function autoregressive(random: Random, keeps: number): () => number {
  let value = random.normal();
  return () => (value = keeps * value + Math.sqrt(1 - keeps * keeps) * random.normal());
}
