// Figures of a window with known contents: a quiet process of one minute, and whatever a test adds.
import type { Labels } from '../../src/core/labels.js';
import type { DistributionFigures, Figures, PathFigures, RuntimeFigures } from '../../src/diagnose/figures.js';

export const MIB = 1_048_576;

export interface SampleFigures extends Partial<Omit<Figures, 'runtime'>> {
  runtime?: Partial<RuntimeFigures>;
}

export function figuresOf({ runtime, ...more }: SampleFigures = {}): Figures {
  return {
    kind: 'window',
    atMs: 1_000_000_000_000,
    spanMs: 60_000,
    paths: [],
    distributions: [],
    counters: [],
    gauges: [],
    ...more,
    runtime: {
      cpuRatio: 0.4,
      cpuUsage: 0.4,
      rssBytes: 100 * MIB,
      memoryRatio: 0.2,
      memoryLimitBytes: 500 * MIB,
      memoryBytes: 100 * MIB,
      unwatchedMemoryBytes: 100 * MIB,
      liveBytes: Number.NaN,
      heapLimitBytes: 0,
      heapUsedBytes: 40 * MIB,
      gcPauseMeanMs: 0,
      gcPauseMaxMs: 0,
      gcCount: 0,
      loopDelayP99Ms: 2,
      loopStalledMs: 0,
      ...runtime,
    },
  };
}

export function pathOf(name: string, count: number, more: Partial<PathFigures> = {}): PathFigures {
  return { name, labels: {}, count, errors: 0, meanMs: 2, p50Ms: 1, p95Ms: 3, p99Ms: 4, maxMs: 9, ...more };
}

export function distributionOf(name: string, count: number, more: Partial<DistributionFigures> = {}): DistributionFigures {
  return { name, labels: {}, count, mean: 1, p50: 1, p95: 1, p99: 1, max: 1, ...more };
}

export const counterOf = (name: string, delta: number, labels: Labels = {}, value = delta) => ({ name, labels, delta, value });
export const gaugeOf = (name: string, value: number, labels: Labels = {}) => ({ name, labels, value });
