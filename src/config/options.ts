// Every option of pitot in one table: name, environment variable, default, what is allowed, and the sentence that documents it.
import { SNAPSHOT_PAUSE_MS_MAX } from '../core/evidence-limits.js';
import { EXIT_WAIT_MS, HEAP_SAMPLE_BYTES, RING_RECORDS } from '../core/limits.js';
import { BYTES_PER_MIB } from '../core/units.js';
import {
  boolean,
  bytes,
  fileOrObject,
  number,
  type OptionKind,
  oneOf,
  orNull,
  orOff,
  powerOfTwo,
  someOf,
  text,
  whole,
  wholeOrOff,
} from './option-kinds.js';

/** Formats of flame files, as their file names end. */
export const FLAME_FORMATS = ['cpuprofile', 'folded', 'pb.gz', 'speedscope.json', 'svg', 'html', 'png'] as const;

/** What the runtime itself writes when the heap comes near its limit. */
export type HeapNearLimit = 'auto' | 'off' | 'profile' | 'snapshot';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** Every option with its value, after environment, file, code and defaults have been put together. Frozen; printed in each report. */
export interface ResolvedConfig {
  readonly enabled: boolean;
  readonly dir: string;
  /** null: derived from package.json or the script's name (`deriveService`). */
  readonly service: string | null;
  readonly intervalMs: number;
  /** The JSON file that was read, or null. */
  readonly config: string | null;
  /** 0: CPU profiling is off. */
  readonly cpuIntervalUs: number;
  readonly stallMs: number;
  /** 0: the heap is not sampled, and leaks are judged by their trend alone. */
  readonly heapSampleBytes: number;
  readonly heapCollect: boolean;
  /** Formats of the flame files, `none` or separated by commas. */
  readonly flameFormats: string;
  /** Windows whose flame files are kept. */
  readonly flameKeep: number;
  readonly overheadBudget: number;
  readonly retainBytes: number;
  readonly retainRuns: number;
  /** null: no endpoint. 0: any free port. */
  readonly metricsPort: number | null;
  readonly metricsHost: string;
  readonly timeScale: number;
  /** Path of the JSON file of rules and sinks, or its text where code gave the object; null: the default rules alone. */
  readonly alerts: string | null;
  /** False: heap snapshots are taken on demand only. */
  readonly heapSnapshot: boolean;
  /** Longest standstill that a heap snapshot may be expected to cause. */
  readonly heapPauseMs: number;
  readonly heapRedact: boolean;
  readonly heapNearLimit: HeapNearLimit;
  readonly logLevel: LogLevel;
  readonly strict: boolean;
  readonly hdrDigits: 2 | 3;
  readonly exitWaitMs: number;
  readonly ringRecords: number;
  readonly http: boolean;
}

export type OptionKey = keyof ResolvedConfig;

/** What `start(options)` and the JSON file take: any subset; sizes may be text such as "512 MiB". */
export type Options = {
  -readonly [K in OptionKey]?:
    | ResolvedConfig[K]
    | (K extends 'retainBytes' ? string : K extends 'alerts' ? Readonly<Record<string, unknown>> : never);
};

/** One option. */
export interface OptionSpec<T = unknown> extends OptionKind<T> {
  readonly env: string;
  readonly default: T;
  /** The default as documentation prints it, where the bare value would mislead. */
  readonly defaultText?: string;
  /** One sentence: meaning and unit. */
  readonly doc: string;
}

export const OPTIONS: { readonly [K in OptionKey]: OptionSpec<ResolvedConfig[K]> } = {
  enabled: {
    env: 'PITOT_ENABLED',
    default: true,
    ...boolean,
    doc: '0: nothing is started, nothing else is read, and every call of the API is a no-op.',
  },
  dir: {
    env: 'PITOT_DIR',
    default: 'pitot-reports',
    ...text('a path of a directory', 'pitot-reports'),
    doc: 'Where run directories are made; relative to the working directory at start.',
  },
  service: {
    env: 'PITOT_SERVICE',
    default: null,
    defaultText: "package.json name, else the script's name",
    ...orNull(text('a name of 1..200 characters', 'ledger', 200)),
    doc: 'Name of the service in reports and directory names; `OTEL_SERVICE_NAME` is honoured where this is not set.',
  },
  intervalMs: {
    env: 'PITOT_INTERVAL_MS',
    default: 60_000,
    ...whole(1000, 3_600_000, 60_000),
    doc: 'Length of a window, and so time between reports, ms.',
  },
  config: {
    env: 'PITOT_CONFIG',
    default: null,
    defaultText: '–',
    ...orNull(text('a path of a JSON file', 'pitot.json')),
    doc: 'A JSON file with any of these options as its keys; unknown keys are errors. It cannot name another file.',
  },
  cpuIntervalUs: {
    env: 'PITOT_CPU_INTERVAL_US',
    default: 10_000,
    ...wholeOrOff(100, 1_000_000, 10_000),
    doc: 'CPU sampling period, µs; 0 switches CPU profiling off. A thread that idles is sampled every 50 ms.',
  },
  stallMs: {
    env: 'PITOT_STALL_MS',
    default: 250,
    ...whole(20, 600_000, 250),
    doc: 'An event loop that does not turn for this long is a stall, ms: its cause is written to stalls.ndjson while it lasts.',
  },
  heapSampleBytes: {
    env: 'PITOT_HEAP_SAMPLE_BYTES',
    default: HEAP_SAMPLE_BYTES,
    defaultText: '524288',
    ...wholeOrOff(16_384, 67_108_864, HEAP_SAMPLE_BYTES),
    doc: 'Bytes allocated between two samples of the heap; 0 switches sampling off. What is sampled and alive tells a leak from a cache, and where it was allocated.',
  },
  heapCollect: {
    env: 'PITOT_HEAP_COLLECT',
    default: true,
    ...boolean,
    doc: 'A heap of up to 256 MiB that grows and has not been collected for 10 minutes (15 while the loop is busy) is collected, a pause of a quarter of a second at most: without it a slow leak is seen late. Needs the heap sampler (PITOT_HEAP_SAMPLE_BYTES).',
  },
  flameFormats: {
    env: 'PITOT_FLAME_FORMATS',
    default: 'cpuprofile,svg',
    ...someOf(FLAME_FORMATS, 'cpuprofile,png'),
    doc: 'Formats of the CPU profile that each window and each stall leaves under flame/; a stall always leaves a .cpuprofile, the window that a process ends in nothing else. pb.gz is pprof.',
  },
  flameKeep: {
    env: 'PITOT_FLAME_KEEP',
    default: 60,
    ...whole(1, 10_000, 60),
    doc: 'Windows whose flame files are kept, and as many stalls; the oldest go first.',
  },
  overheadBudget: {
    env: 'PITOT_OVERHEAD_BUDGET',
    default: 0.01,
    ...number(0.0001, 1, 0.01),
    doc: 'Share of one core that pitot may use while the process is busy; paths too hot for it are timed 1 call in N.',
  },
  retainBytes: {
    env: 'PITOT_RETAIN_BYTES',
    default: 512 * BYTES_PER_MIB,
    defaultText: '512 MiB',
    ...bytes(BYTES_PER_MIB, Number.MAX_SAFE_INTEGER, 'bytes as a number or as text like "512 MiB", at least 1 MiB', '512 MiB'),
    doc: 'Bound on all files under the report directory; the oldest runs go first. One heap snapshot that takes more than three quarters of it may go beyond by so much.',
  },
  retainRuns: {
    env: 'PITOT_RETAIN_RUNS',
    default: 20,
    ...whole(1, 100_000, 20),
    doc: 'Bound on the run directories under the report directory; the oldest go first.',
  },
  metricsPort: {
    env: 'PITOT_METRICS_PORT',
    default: null,
    defaultText: 'off',
    ...orOff(whole(0, 65_535, 9464)),
    doc: 'Port of the Prometheus endpoint, served from the agent thread; 0 takes any free port. Accepted, no effect yet.',
  },
  metricsHost: {
    env: 'PITOT_METRICS_HOST',
    default: '127.0.0.1',
    ...text('an address or host name', '127.0.0.1', 255),
    doc: 'Address the Prometheus endpoint listens on. Accepted, no effect yet.',
  },
  timeScale: {
    env: 'PITOT_TIME_SCALE',
    default: 1,
    ...number(0.001, 1_000_000, 1),
    doc: 'Divides every duration that diagnosis waits for (how long a rule must hold, baselines, cool-downs), for demos and tests; shown in the report when not 1.',
  },
  alerts: {
    env: 'PITOT_ALERTS',
    default: null,
    defaultText: '–',
    ...orNull(fileOrObject('a path of a JSON file, or the object itself in code or in the file of PITOT_CONFIG', 'pitot.alerts.json')),
    doc: 'Rules beside the default ones, sinks and commands: docs/rules.md and docs/alerting.md. A mistake in it costs what it is in, and is told in the report.',
  },
  heapSnapshot: {
    env: 'PITOT_HEAP_SNAPSHOT',
    default: true,
    ...boolean,
    doc: '0: a heap snapshot is taken on demand only (`pitot heap --take`, `takeHeapSnapshot()`), whatever alerts ask for.',
  },
  heapPauseMs: {
    env: 'PITOT_HEAP_PAUSE_MS',
    default: SNAPSHOT_PAUSE_MS_MAX,
    ...whole(100, 600_000, SNAPSHOT_PAUSE_MS_MAX),
    doc: 'Longest standstill of the main thread that a heap snapshot may be expected to cause, ms: docs/evidence.md.',
  },
  heapRedact: {
    env: 'PITOT_HEAP_REDACT',
    default: false,
    ...boolean,
    doc: '1: heap snapshots are written without the contents of strings: docs/evidence.md.',
  },
  heapNearLimit: {
    env: 'PITOT_HEAP_NEAR_LIMIT',
    default: 'auto',
    defaultText: 'profile on Node 26, else off',
    ...oneOf<HeapNearLimit>(['auto', 'off', 'profile', 'snapshot']),
    example: 'profile',
    doc: 'What Node.js itself writes when the heap comes near its limit: docs/evidence.md. profile needs Node 26; a snapshot holds all contents, and is not written with PITOT_HEAP_REDACT.',
  },
  logLevel: {
    env: 'PITOT_LOG_LEVEL',
    default: 'info',
    ...oneOf<LogLevel>(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    example: 'info',
    doc: 'Level of agent.log.',
  },
  strict: {
    env: 'PITOT_STRICT',
    default: false,
    ...boolean,
    doc: '1: a configuration error ends the process with code 78 instead of running without the agent.',
  },
  hdrDigits: {
    env: 'PITOT_HDR_DIGITS',
    default: 3,
    ...oneOf<2 | 3>([2, 3]),
    example: '3',
    doc: 'Significant digits of the histograms: 3 is exact to 0.1 %, 2 to 1 % in a quarter of the bytes.',
  },
  exitWaitMs: {
    env: 'PITOT_EXIT_WAIT_MS',
    default: EXIT_WAIT_MS,
    ...whole(0, 10_000, EXIT_WAIT_MS),
    doc: 'How long an exiting process waits for its last report, ms; 0 does not wait.',
  },
  ringRecords: {
    env: 'PITOT_RING_RECORDS',
    default: RING_RECORDS,
    ...powerOfTwo(1024, 4_194_304),
    example: String(RING_RECORDS),
    doc: 'Records in the ring of each application thread, 16 bytes each, at most 65536 on worker threads; a full ring drops and counts.',
  },
  http: {
    env: 'PITOT_HTTP',
    default: true,
    ...boolean,
    doc: 'Measure HTTP servers, clients and fetch without a change to the application.',
  },
};

export const OPTION_KEYS = Object.keys(OPTIONS) as readonly OptionKey[];

/** Variables that begin like ours, belong to an option, and so need no warning. */
export const OPTION_BY_ENV: ReadonlyMap<string, OptionKey> = new Map(OPTION_KEYS.map((key) => [OPTIONS[key].env, key]));
