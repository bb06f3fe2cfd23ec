// Child of hot-path with the agent loaded and nothing sampled: pitot's calls and the peers' in one process, in turn.
import { createHistogram, performance } from 'node:perf_hooks';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { counter, flush, path } from 'pitot';
import * as prom from 'prom-client';
import { answer } from '../answer.js';
import { logNormalNs, seeded } from '../durations.js';
import { type Alternative, interleave, loop, pacedLoop } from '../interleaved.js';

const quick = process.argv[2] === 'quick';
const N = 10_000;
const VALUES = 4096;
/** 10 million records a second, in chunks: what the pipeline is asked to drain meanwhile. */
const PACE = { n: VALUES, chunks: 8, periodNs: VALUES * 100 };

const random = seeded(1);
const durationsNs = Float64Array.from({ length: VALUES }, () => logNormalNs(random, 50_000));
const at = (i: number): number => durationsNs[i & (VALUES - 1)];

const span = path('bench.span');
const recorded = path('bench.record');
const counted = counter('bench.counter');
/** Without a reader OTel's instruments aggregate nothing. */
class PullReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}
const meter = new MeterProvider({ readers: [new PullReader()] }).getMeter('bench');
const otelHistogram = meter.createHistogram('bench_histogram');
const otelCounter = meter.createCounter('bench_counter');
const tracer = new BasicTracerProvider().getTracer('bench');
const promHistogram = new prom.Histogram({ name: 'bench_seconds', help: 'bench' });
const promCounter = new prom.Counter({ name: 'bench_total', help: 'bench' });
const native = createHistogram();
const nativeTimed = createHistogram();
let calls = 0;
const timerified = performance.timerify(() => calls++, { histogram: nativeTimed });

const alternatives: Alternative[] = [
  loop('two performance.now()', N, (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const start = performance.now();
      sum += performance.now() - start;
    }
    return sum;
  }),
  loop('span', N, (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const token = span.start();
      sum += token;
      span.end(token);
    }
    return sum;
  }),
  loop('timerify', N / 4, (n) => {
    for (let i = 0; i < n; i++) timerified();
    return calls;
  }),
  loop('prom-client timer', N / 4, (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const end = promHistogram.startTimer();
      sum += end();
    }
    return sum;
  }),
  loop('OTel span', N / 8, (n) => {
    let recording = 0;
    for (let i = 0; i < n; i++) {
      const otelSpan = tracer.startSpan('bench');
      if (otelSpan.isRecording()) recording++;
      otelSpan.end();
    }
    return recording;
  }),
  pacedLoop('record', PACE, (n) => {
    for (let i = 0; i < n; i++) recorded.record(at(i));
    return n;
  }),
  loop('perf_hooks record', N, (n) => {
    for (let i = 0; i < n; i++) native.record(at(i));
    return native.max;
  }),
  loop('prom-client observe', N / 2, (n) => {
    for (let i = 0; i < n; i++) promHistogram.observe(at(i));
    return n;
  }),
  loop('OTel record', N / 4, (n) => {
    for (let i = 0; i < n; i++) otelHistogram.record(at(i));
    return n;
  }),
  loop('counter', N * 4, (n) => {
    for (let i = 0; i < n; i++) counted.add(1);
    return n;
  }),
  loop('prom-client counter', N, (n) => {
    for (let i = 0; i < n; i++) promCounter.inc();
    return n;
  }),
  loop('OTel counter', N, (n) => {
    for (let i = 0; i < n; i++) otelCounter.add(1);
    return n;
  }),
];

// The agent's pool is loaded before anything counts; a window is closed by it.
await flush();
const rounds = quick ? { warmUp: 20, measured: 25 } : { warmUp: 60, measured: 400 };
answer(interleave(alternatives, rounds));
