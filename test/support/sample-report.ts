// Reports with known contents: durations in, histograms and exact figures out, as the agent would write them.
import * as hdr from 'hdr-histogram-js';
import type { DistributionStats, Labels, PathStats, RecordCounts, Report, Runtime } from '../../src/report/report-types.js';
import { NO_CPU_PROFILE } from '../../src/report/write-report.js';

const HOUR_NS = 3_600_000_000_000;

/** An HDR histogram of values, each standing for `weight` calls. */
export function histogramOf(values: readonly number[], weight = 1, digits: 2 | 3 = 3): hdr.Histogram {
  const histogram = hdr.build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HOUR_NS,
    numberOfSignificantValueDigits: digits,
    bitBucketSize: 64,
    useWebAssembly: false,
  });
  for (const value of values) histogram.recordValueWithCount(value, weight);
  return histogram;
}

export interface SamplePath {
  labels?: Labels;
  errors?: number;
  dropped?: number;
  /** Each duration was one timed call in this many. */
  sampled?: number;
  digits?: 2 | 3;
}

/** A path whose timed calls took these durations. */
export function samplePath(name: string, durationsNs: readonly number[], more: SamplePath = {}): PathStats {
  const { labels = {}, errors = 0, dropped = 0, sampled = 1, digits = 3 } = more;
  const { min, max, mean, p50, p90, p95, p99, p999, hdr } = valueStats(durationsNs, sampled, digits);
  return {
    name,
    labels,
    count: durationsNs.length * sampled + dropped,
    errors,
    dropped,
    sampled,
    minNs: min,
    p50Ns: p50,
    p90Ns: p90,
    p95Ns: p95,
    p99Ns: p99,
    p999Ns: p999,
    maxNs: max,
    meanNs: mean,
    hdr,
  };
}

export function sampleDistribution(name: string, unit: string, values: readonly number[], labels: Labels = {}): DistributionStats {
  return { name, labels, unit, count: values.length, dropped: 0, sampled: 1, ...valueStats(values, 1, 3) };
}

function valueStats(values: readonly number[], weight: number, digits: 2 | 3) {
  const histogram = histogramOf(values, weight, digits);
  const min = values.length === 0 ? 0 : values.reduce((a, b) => Math.min(a, b));
  const max = values.reduce((a, b) => Math.max(a, b), 0);
  const at = (percentile: number): number => Math.min(max, Math.max(min, histogram.getValueAtPercentile(percentile)));
  const mean = values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
  const percentiles = { p50: at(50), p90: at(90), p95: at(95), p99: at(99), p999: at(99.9) };
  return { min, max, mean, ...percentiles, hdr: hdr.encodeIntoCompressedBase64(histogram) };
}

export const SAMPLE_START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

export interface SampleReport extends Partial<Omit<Report, 'window' | 'runtime'>> {
  /** Start of the window after SAMPLE_START_MS; by default windows of 60 s follow each other by seq. */
  startMs?: number;
  durationMs?: number;
  runtime?: Partial<Runtime>;
}

/** A valid report; records are those of its paths and distributions unless given. */
export function sampleReport(more: SampleReport = {}): Report {
  const { startMs, durationMs = 60_000, runtime, ...rest } = more;
  const seq = rest.seq ?? 1;
  const from = SAMPLE_START_MS + (startMs ?? (seq - 1) * durationMs);
  return {
    schema: 'pitot.report/1',
    version: '0.1.0',
    service: 'ledger',
    pid: 4242,
    host: 'box',
    node: 'v20.20.2',
    closedBy: 'interval',
    paths: [],
    distributions: [],
    counters: [],
    gauges: [],
    records: sampleRecords([...(rest.paths ?? []), ...(rest.distributions ?? [])]),
    cpu: NO_CPU_PROFILE,
    stalls: [],
    leaks: [],
    kpis: [],
    alerts: [],
    rules: [],
    advice: [],
    exemplars: [],
    agent: { cpuRatio: 0.004, rssBytes: 20_000_000, pausesNsMax: 300_000, restarts: 0, faults: [] },
    config: { intervalMs: 60_000, timeScale: 1 },
    ...rest,
    seq,
    window: { startAt: new Date(from).toISOString(), endAt: new Date(from + durationMs).toISOString(), durationMs },
    runtime: sampleRuntime(runtime),
  };
}

export function sampleRuntime(more: Partial<Runtime> = {}): Runtime {
  return {
    cpu: { userMs: 20_000, systemMs: 4_000, cpuRatio: 0.4 },
    memory: {
      rssBytes: 100_000_000,
      rssBytesMax: 120_000_000,
      heapUsedBytes: 40_000_000,
      heapTotalBytes: 60_000_000,
      externalBytes: 5_000_000,
      arrayBuffersBytes: 1_000_000,
      limitBytes: 512_000_000,
      limitSource: 'cgroup-v2',
      heapLimitBytes: 256_000_000,
      spaces: [{ name: 'old_space', usedBytes: 30_000_000, sizeBytes: 40_000_000 }],
    },
    gc: { count: 0, pauseNsP50: 0, pauseNsP99: 0, pauseNsMax: 0, totalMs: 0, byKind: {} },
    eventLoop: { delayNsP50: 0, delayNsP99: 2_000_000, delayNsMax: 9_000_000, utilization: 0.25 },
    threads: [{ id: 77, name: 'main', cpuRatio: 0.38 }],
    ...more,
  };
}

function sampleRecords(values: readonly { count: number; dropped: number; sampled: number }[]): RecordCounts {
  const counts: RecordCounts = { recorded: 0, aggregated: 0, dropped: 0, sampledOut: 0, rejected: 0, clamped: 0, overflowed: 0 };
  for (const { count, dropped, sampled } of values) {
    const timed = (count - dropped) / sampled;
    counts.recorded += count;
    counts.dropped += dropped;
    counts.aggregated += timed;
    counts.sampledOut += count - dropped - timed;
  }
  return counts;
}
