// The leak monitor with a process that is made up: what it tells when, and what it asks for.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { ThreadSample } from '../../../src/agent/drained-thread.js';
import { CallTable } from '../../../src/agent/leaks/call-table.js';
import type { SamplingProfile } from '../../../src/agent/leaks/heap-sampler.js';
import { LeakMonitor } from '../../../src/agent/leaks/leak-monitor.js';
import type { HeapAnalysis, HeapHints, HeapSuspect } from '../../../src/heap/heap-analysis.js';
import { type LeakLine, readLeaks } from '../../../src/report/leaks-log.js';
import { seeded } from '../../support/random.js';

const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const WALL_MS = Date.UTC(2026, 10, 23);
/** Where the process allocates what stays. */
const SESSION_FUNCTION = { functionName: 'createSession', url: 'file:///srv/shop/src/store.js', lineNumber: 17, columnNumber: 0, scriptId: '9' };
const SUSPECT: HeapSuspect = {
  constructor: 'Session',
  count: 12_000,
  retainedBytes: 34 * MIB,
  holder: 'SessionStore.sessions (Map)',
  holderPlace: { file: 'src/store.js', line: 41 },
  place: null,
  retainers: ['SessionStore', '.sessions Map'],
  kind: 'accumulation',
  pathRatio: 1,
  score: { total: 1, size: 1, growth: 1, count: 1, allocation: 1 },
  sentence: '12 000 × Session held by SessionStore.sessions (Map) in src/store.js:41, 34 MiB retained',
};

interface Made {
  analyze?: () => Promise<HeapAnalysis>;
  /** There is no sampler. */
  isBlind?: boolean;
  /** Totals since the start. By default no calls are recorded, and 3 MiB a second are allocated, whether they stay or not. */
  calls?: (atMs: number) => number;
  allocated?: (atMs: number) => number;
}

const steadily =
  (perSecond: number) =>
  (atMs: number): number =>
    (atMs / 1000) * perSecond;
/** After two hours traffic grows by as much again each hour. */
const growingly =
  (perSecond: number) =>
  (atMs: number): number =>
    steadily(perSecond)(atMs) + (perSecond * HOUR_MS * (Math.max(0, atMs - 2 * HOUR_MS) / HOUR_MS) ** 2) / 2000;

/** A process of 60 MiB from `growsAtMs` on of which every object made by createSession stays; a full collection every 90 s, points every 5 s. */
class MadeUpProcess {
  readonly directory = mkdtempSync(join(tmpdir(), 'pitot-leaks-'));
  readonly told: LeakLine[] = [];
  readonly faults: string[] = [];
  readonly asked: { file: string; hints: HeapHints }[] = [];
  readonly monitor: LeakMonitor;
  atMs = 0;
  profiles = 0;
  private readonly random = seeded(7);
  private fullCollections = 0;
  private liveBytes = 60 * MIB;
  private readonly growsAtMs: number;
  private readonly bytesPerHour: number;
  private readonly analyze: () => Promise<HeapAnalysis>;
  private readonly allocated: (atMs: number) => number;

  constructor(t: ExecutionContext, growsAtMs: number, bytesPerHour: number, { analyze, isBlind, calls, allocated }: Made = {}) {
    this.allocated = allocated ?? steadily(3 * MIB);
    this.growsAtMs = growsAtMs;
    this.bytesPerHour = bytesPerHour;
    this.analyze = analyze ?? (() => Promise.resolve({ suspects: [SUSPECT] } as unknown as HeapAnalysis));
    t.teardown(() => rmSync(this.directory, { recursive: true, force: true }));
    this.monitor = new LeakMonitor(
      { directory: this.directory, cwd: '/srv/shop', timeScale: 1, mayCollect: false, startMs: 0 },
      {
        readMain: () => this.sample(),
        nativeBytes: () => 80 * MIB,
        handles: () => ({ descriptors: 30 }),
        calls: new CallTable(),
        limits: () => ({ heapLimitBytes: 2048 * MIB, memoryLimitBytes: 1024 * MIB, usedBytes: 300 * MIB }),
        finishedCalls: () => calls?.(this.atMs) ?? 0,
        sampler: isBlind
          ? { startedAtMs: Number.NaN, usedBytes: Number.NaN, profile: async () => null }
          : { startedAtMs: 0, usedBytes: Number.NaN, profile: async () => this.profile() },
        analyze: (file, hints) => {
          this.asked.push({ file, hints });
          return this.analyze();
        },
        nowMs: () => this.atMs,
        nowWallMs: () => WALL_MS + this.atMs,
        onLeak: (line) => this.told.push(line),
        onFault: (code, message) => this.faults.push(`${code} ${message}`),
      },
    );
  }

  async runTo(endMs: number): Promise<void> {
    for (; this.atMs < endMs; this.atMs += 5000) {
      if (this.atMs % 90_000 === 0) {
        this.fullCollections++;
        this.liveBytes = (60 * MIB + this.leakedBytes()) * (1 + 0.02 * (this.random() - 0.5));
      }
      this.monitor.look();
      // What a profile tells comes later.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private leakedBytes(): number {
    return (Math.max(0, this.atMs - this.growsAtMs) / HOUR_MS) * this.bytesPerHour;
  }

  private sample(): ThreadSample {
    return {
      heapUsedBytes: this.liveBytes + 10 * MIB,
      heapTotalBytes: this.liveBytes + 30 * MIB,
      externalBytes: 5 * MIB,
      arrayBuffersBytes: MIB,
      heapLimitBytes: 2048 * MIB,
      liveBytes: this.liveBytes,
      liveExternalBytes: 5 * MIB,
      fullCollections: this.fullCollections,
      allocatedBytes: this.allocated(this.atMs),
      nativeContexts: 1,
      detachedContexts: 0,
      loopIdleMs: this.atMs,
      loopActiveMs: 0,
      spaces: [],
    };
  }

  /** One sample each 512 KiB of what stays, with its place among all that was allocated. */
  private profile(): SamplingProfile {
    this.profiles++;
    const samples: SamplingProfile['samples'] = [];
    const stepMs = (512 * 1024 * HOUR_MS) / this.bytesPerHour;
    for (let bornMs = this.growsAtMs; bornMs < this.atMs; bornMs += stepMs)
      samples.push({ size: 512 * 1024, nodeId: 2, ordinal: Math.floor(((bornMs / 1000) * 3 * MIB) / (512 * 1024)) });
    const root = { ...SESSION_FUNCTION, functionName: '(root)', url: '' };
    return { head: { id: 1, callFrame: root, selfSize: 0, children: [{ id: 2, callFrame: SESSION_FUNCTION, selfSize: 0, children: [] }] }, samples };
  }
}

const criticalOf = ({ monitor }: MadeUpProcess) =>
  monitor.gauges().find(({ name, labels }) => name === 'leak.critical_growth_per_hour' && labels.kind === 'heap')!.value;
const ofHeap = ({ told }: MadeUpProcess) => told.filter(({ kind }) => kind === 'heap');

test('should tell a leak with rate, limit and allocating function, on disk, when a heap that was level for two hours grows by all that is made', async (t) => {
  const made = new MadeUpProcess(t, 2 * HOUR_MS, 60 * MIB);
  await made.runTo(2 * HOUR_MS);
  t.deepEqual(made.told, []);
  t.is(made.profiles, 0, 'nothing is asked of a process that does not grow');
  await made.runTo(3 * HOUR_MS);
  t.deepEqual(
    ofHeap(made).map(({ event, verdict }) => `${event} ${verdict}`),
    ['verdict suspected', 'verdict leak'],
  );
  const leak = ofHeap(made)[1]!;
  t.true(made.profiles >= 1);
  t.true(Date.parse(leak.at) - WALL_MS < 2 * HOUR_MS + 25 * MINUTE_MS, leak.at);
  t.true(Math.abs(leak.growthBytesPerHour / (60 * MIB) - 1) < 0.15, `${leak.growthBytesPerHour / MIB} MiB an hour of 60`);
  t.true(Math.abs(leak.growthRatioPerHour - 1) < 0.2, `${leak.growthRatioPerHour}`);
  t.true(Math.abs(Date.parse(leak.since) - WALL_MS - 2 * HOUR_MS) < 15 * MINUTE_MS, leak.since);
  t.is(leak.limit, 'memory');
  t.deepEqual(leak.culprit?.allocation, { function: 'createSession', file: 'src/store.js', line: 18, ratio: 1 });
  t.regex(
    leak.message,
    /^The heap leaks [56]\d\.\d MiB an hour, \d+ % an hour; at this rate the memory limit is reached in .*: .* allocated in createSession src\/store\.js:18$/,
  );
  t.is(leak.whyNot, '');
  t.deepEqual(readLeaks(made.directory).find(({ kind }) => kind === 'heap')?.message, leak.message);
  t.is(readFileSync(join(made.directory, 'leaks.ndjson'), 'utf8').split('\n').length, made.told.length + 1);
  const gauges = made.monitor.gauges();
  t.true(gauges.find(({ name, labels }) => name === 'leak.growth_per_hour' && labels.kind === 'heap')!.value > 0.8);
  t.is(gauges.find(({ name, labels }) => name === 'leak.growth_per_hour' && labels.kind === 'native')!.value, 0);
  t.is(criticalOf(made), gauges.find(({ name, labels }) => name === 'leak.growth_per_hour' && labels.kind === 'heap')!.value);
  t.deepEqual(made.faults, []);
});

test('should tell a refusal once, however its figures change, and a file when there is one', async (t) => {
  const made = new MadeUpProcess(t, 2 * HOUR_MS, 60 * MIB);
  await made.runTo(3 * HOUR_MS);
  for (const result of ['refused: 1 MiB left', 'refused: 2 MiB left', 'heap/Heap.1.heapsnapshot'])
    made.monitor.noteFiles([`heap-snapshot: ${result}`]);
  t.deepEqual(
    ofHeap(made)
      .filter(({ event }) => event === 'files')
      .map(({ files }) => files),
    [[{ path: '', note: 'heap-snapshot: refused: 1 MiB left' }], [{ path: 'heap/Heap.1.heapsnapshot', note: '' }]],
  );
});

test('should name the culprit when a snapshot was looked into, with what the detector knows as hints', async (t) => {
  const made = new MadeUpProcess(t, 2 * HOUR_MS, 60 * MIB);
  await made.runTo(3 * HOUR_MS);
  await made.monitor.lookInto('heap/Heap.1.heapsnapshot', '25 MiB');
  t.deepEqual(
    made.asked.map(({ file }) => file),
    ['heap/Heap.1.heapsnapshot'],
  );
  const { hints } = made.asked[0]!;
  t.true(Math.abs(hints.growthBytes! / (60 * MIB) - 1) < 0.3, `${hints.growthBytes! / MIB} MiB of 60`);
  t.true(hints.growthBytesMin! > 20 * MIB && hints.growthBytesMin! <= hints.growthBytes! * 1.05, `${hints.growthBytesMin! / MIB} MiB`);
  t.is(hints.functions![0].function, 'createSession');
  t.true(hints.quietFunctions!.every(({ function: name }) => name !== 'createSession'));
  const named = ofHeap(made).at(-1)!;
  t.is(named.event, 'named');
  t.is(named.culprit?.constructor, 'Session');
  t.is(named.culprit?.holder, 'SessionStore.sessions (Map)');
  t.regex(
    named.culprit!.sentence,
    /^12 000 × Session held by SessionStore\.sessions \(Map\) in src\/store\.js:41, 34 MiB retained, growing [56]\d\.\d MiB an hour; allocated in createSession src\/store\.js:18$/,
  );
  t.deepEqual(named.files, [{ path: 'heap/Heap.1.heapsnapshot', note: '25 MiB' }]);
  t.is(Date.parse(named.snapshotAt!) - WALL_MS, made.atMs);
  t.is(made.monitor.leaks().find(({ kind }) => kind === 'heap')!.culprit!.constructor, 'Session');
});

test('should name nothing from a snapshot when it was taken before the leak began', async (t) => {
  const made = new MadeUpProcess(t, 2 * HOUR_MS, 60 * MIB);
  await made.runTo(HOUR_MS);
  await made.monitor.lookInto('heap/Heap.1.heapsnapshot', '25 MiB');
  await made.runTo(3 * HOUR_MS);
  const leak = ofHeap(made).at(-1)!;
  t.deepEqual([leak.event, leak.verdict, made.asked], ['verdict', 'leak', []]);
  t.is(leak.snapshotAt, undefined);
  t.regex(leak.culprit!.sentence, /of all ages, allocated in createSession src\/store\.js:18$/);
  t.deepEqual(leak.files, [{ path: 'heap/Heap.1.heapsnapshot', note: '25 MiB' }], 'it may be compared with a later one');
});

test('should name from a snapshot that is older than the verdict with the growth of its time, and tell its age, when the leak had begun', async (t) => {
  const made = new MadeUpProcess(t, 2 * HOUR_MS, 60 * MIB);
  await made.runTo(2 * HOUR_MS + 5 * MINUTE_MS);
  await made.monitor.lookInto('heap/Heap.1.heapsnapshot');
  t.deepEqual([ofHeap(made), made.asked], [[], []], 'nothing is suspected yet');
  await made.runTo(3 * HOUR_MS);
  t.is(made.asked.length, 1);
  const grownMib = made.asked[0]!.hints.growthBytes! / MIB;
  t.true(grownMib > 3 && grownMib < 9, `${grownMib} MiB of 5`);
  const named = ofHeap(made).at(-1)!;
  t.is(named.event, 'named');
  t.is(Date.parse(named.snapshotAt!) - WALL_MS, 2 * HOUR_MS + 5 * MINUTE_MS);
  const { culprit } = made.monitor.leaks().find(({ kind }) => kind === 'heap')!;
  t.regex(culprit!.sentence, /allocated in createSession src\/store\.js:18; counted in a snapshot that is 55 min old$/);
});

test('should list each file once, also those that alerts did not take, and tell refusals, when leaks are reported', async (t) => {
  const made = new MadeUpProcess(t, 2 * HOUR_MS, 60 * MIB);
  await made.runTo(3 * HOUR_MS);
  await made.monitor.lookInto('heap/Heap.1.heapsnapshot', '25 MiB');
  await made.monitor.lookInto('heap/Heap.2.heapsnapshot', '26 MiB');
  const results = ['heap-profile: heap/Heap.3.heapprofile (1 s)', 'heap-snapshot: heap/Heap.2.heapsnapshot (26 MiB)'];
  const before = made.told.length;
  made.monitor.noteFiles(results);
  made.monitor.noteFiles(results);
  made.monitor.noteFiles([...results].reverse());
  t.deepEqual(
    made.told.slice(before).map(({ event, kind, files }) => ({ event, kind, files })),
    [
      {
        event: 'files' as const,
        kind: 'heap' as const,
        files: [
          { path: 'heap/Heap.1.heapsnapshot', note: '25 MiB' },
          { path: 'heap/Heap.3.heapprofile', note: '1 s' },
          { path: 'heap/Heap.2.heapsnapshot', note: '26 MiB' },
        ],
      },
    ],
  );
  made.monitor.noteFiles(['heap-snapshot: refused: one is being taken']);
  t.deepEqual(made.monitor.leaks()[0]!.files.at(-1), { path: '', note: 'heap-snapshot: refused: one is being taken' });
});

test('should go on without a name, say why, and try again in ten minutes, when the analysis is refused', async (t) => {
  let isFree = false;
  const analyze = (): Promise<HeapAnalysis> =>
    isFree ? Promise.resolve({ suspects: [SUSPECT] } as unknown as HeapAnalysis) : Promise.reject(new Error('heap analysis refused: no memory'));
  const made = new MadeUpProcess(t, 2 * HOUR_MS, 60 * MIB, { analyze });
  await made.runTo(3 * HOUR_MS);
  await made.monitor.lookInto('heap/Heap.1.heapsnapshot');
  t.deepEqual(made.faults, ['HEAP_ANALYSIS heap analysis refused: no memory']);
  t.deepEqual(
    ofHeap(made).map(({ event }) => event),
    ['verdict', 'verdict', 'files', 'files'],
  );
  t.deepEqual(made.monitor.leaks()[0]!.files.at(-1), {
    path: '',
    note: 'analysis of heap/Heap.1.heapsnapshot: refused: heap analysis refused: no memory; tried again every 10 min',
  });
  isFree = true;
  await made.runTo(3 * HOUR_MS + 11 * MINUTE_MS);
  t.deepEqual(made.monitor.takeNamed(), [{ kind: 'heap', culprit: 'Session SessionStore.sessions (Map)' }]);
  t.deepEqual(made.monitor.takeNamed(), []);
  const last = ofHeap(made).at(-1)!;
  t.deepEqual([last.event, last.files], ['named', [{ path: 'heap/Heap.1.heapsnapshot', note: '' }]]);
  t.is(made.faults.length, 1);
});

test('should try an analysis six times, and no more, when it is refused each time; once when it fails', async (t) => {
  const made = new MadeUpProcess(t, 2 * HOUR_MS, 60 * MIB, { analyze: () => Promise.reject(new Error('heap analysis refused: no memory')) });
  await made.runTo(3 * HOUR_MS);
  await made.monitor.lookInto('heap/Heap.1.heapsnapshot');
  await made.runTo(5 * HOUR_MS);
  t.is(made.faults.length, 6);
  const told = ofHeap(made).filter(({ event }) => event === 'files');
  t.deepEqual(
    told.map(({ files }) => files.at(-1)!.note.replace(/.*no memory/, '')),
    ['', '; tried again every 10 min', ''],
    'at first, and when it is given up',
  );
  const failing = new MadeUpProcess(t, 2 * HOUR_MS, 60 * MIB, { analyze: () => Promise.reject(new Error('the file is cut off')) });
  await failing.runTo(3 * HOUR_MS);
  await failing.monitor.lookInto('heap/Heap.1.heapsnapshot');
  await failing.runTo(5 * HOUR_MS);
  t.deepEqual(failing.faults, ['HEAP_ANALYSIS the file is cut off']);
});

test('should tell rules of growth that is measured a little below 10 % an hour as critical, when the detector does', async (t) => {
  const near = new MadeUpProcess(t, 2 * HOUR_MS, 5.8 * MIB, { isBlind: true });
  await near.runTo(6 * HOUR_MS);
  const heap = near.monitor.leaks().find(({ kind }) => kind === 'heap')!;
  t.is(heap.verdict, 'leak');
  t.true(heap.growthRatioPerHour > 0.08 && heap.growthRatioPerHour < 0.1, `${heap.growthRatioPerHour}`);
  t.is(criticalOf(near), heap.growthRatioPerHour);
});

const WITHOUT_AGES: [what: string, made: Made, verdict: 'leak' | 'suspected', whyNot: RegExp][] = [
  ['a leak when neither calls nor allocation grow', {}, 'leak', /^$/],
  ['no leak when it allocates as much more, and no calls are recorded', { allocated: growingly(3 * MIB) }, 'suspected', /^traffic grew by \d+ %/],
  ['no leak when calls grow as much', { calls: growingly(50) }, 'suspected', /^traffic grew by \d+ %/],
  ['a leak when it allocates as much more for as many calls', { calls: steadily(50), allocated: growingly(3 * MIB) }, 'leak', /^$/],
];
for (const [what, made, verdict, whyNot] of WITHOUT_AGES) {
  test(`should call growth without a sampler ${what}`, async (t) => {
    const growing = new MadeUpProcess(t, 2 * HOUR_MS, 60 * MIB, { ...made, isBlind: true });
    await growing.runTo(5 * HOUR_MS);
    const heap = growing.monitor.leaks().find(({ kind }) => kind === 'heap')!;
    t.is(heap.verdict, verdict);
    t.regex(heap.whyNot, whyNot);
  });
}

test('should answer why not for each kind when nothing grows', async (t) => {
  const made = new MadeUpProcess(t, 100 * HOUR_MS, 60 * MIB);
  await made.runTo(3 * HOUR_MS);
  t.deepEqual(
    made.monitor.leaks().map(({ kind, verdict, culprit, files }) => ({ kind, verdict, culprit, files })),
    (['heap', 'external', 'native', 'handles'] as const).map((kind) => ({ kind, verdict: 'none' as const, culprit: null, files: [] })),
  );
  t.deepEqual(
    made.monitor.leaks().filter(({ whyNot, message }) => whyNot.length < 5 || !message.includes(whyNot)),
    [],
  );
  t.deepEqual([made.told, made.profiles], [[], 0]);
});
