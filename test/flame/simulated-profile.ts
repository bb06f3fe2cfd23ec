// Profiles whose truth is known: functions drawn with given shares, neighbouring samples alike as in a real run.
import type { Frame, NamedProfile } from '../../src/flame/profile.js';

export interface Simulation {
  /** Share of the busy time of each function, by name. Adds up to 1. */
  shares: Readonly<Record<string, number>>;
  samples: number;
  /** Probability that a sample is of the same function as the one before: the autocorrelation of lag 1. */
  stickiness: number;
  /** Share of samples in (idle). */
  idle?: number;
  intervalUs?: number;
  thread?: string;
  startUs?: number;
}

const frame = (name: string, file: string, kind: Frame['kind']): Frame => ({ function: name, file, line: 1, column: 1, kind, package: '' });

/** Each function is called by `handle`, and it by `listen`. */
export function simulate(simulation: Simulation, random: () => number): NamedProfile {
  const { shares, samples: count, stickiness, idle = 0, intervalUs = 10_000, thread = 'main', startUs = 1_000_000 } = simulation;
  const names = Object.keys(shares);
  const frames = [
    frame('(root)', '', 'none'),
    frame('(idle)', '', 'idle'),
    frame('listen', 'node:net', 'core'),
    frame('handle', 'src/handle.js', 'user'),
    ...names.map((name) => frame(name, `src/${name}.js`, 'user')),
  ];
  const samples = new Uint32Array(count + 1);
  const timesUs = Float64Array.from(samples, (_, i) => startUs + i * intervalUs);
  for (let i = 0; i <= count; i++) {
    if (i > 0 && random() < stickiness) samples[i] = samples[i - 1];
    else samples[i] = random() < idle ? 1 : 4 + drawn(names, shares, random);
  }
  return {
    thread,
    startUs,
    endUs: startUs + count * intervalUs,
    intervalUs,
    frames,
    nodeFrames: Uint32Array.from(frames.keys()),
    nodeParents: Int32Array.from(frames, (_, i) => (i === 0 ? -1 : i < 3 ? 0 : i === 3 ? 2 : 3)),
    samples,
    timesUs,
  };
}

function drawn(names: readonly string[], shares: Readonly<Record<string, number>>, random: () => number): number {
  let left = random();
  for (const [i, name] of names.entries()) {
    left -= shares[name];
    if (left < 0) return i;
  }
  return names.length - 1;
}

/** Many functions: `hot` with a share of its own, the rest falling off as 1 / rank. */
export function manyFunctions(count: number, hot: number): Record<string, number> {
  const weights = Array.from({ length: count }, (_, i) => 1 / (i + 1));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { hot, ...Object.fromEntries(weights.map((weight, i) => [`f${i}`, (weight / sum) * (1 - hot)])) };
}
