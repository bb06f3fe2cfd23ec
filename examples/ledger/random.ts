// A small seeded generator: the same seed gives the same load on every machine.

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform whole number from `from` up to and with `to`. */
  between(from: number, to: number): number;
}

/** mulberry32, by Tommy Ettinger, public domain: 32 bits of state, good enough to mix requests. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, between: (from, to) => from + Math.floor(next() * (to - from + 1)) };
}
