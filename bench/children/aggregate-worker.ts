// Child of aggregate: a worker thread that runs the shipped pool worker's code on rings that are full, and the peers' histograms on the same records.
import { createHistogram } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import * as hdr from 'hdr-histogram-js';
import { SliceAggregator, type SliceCounts } from '../../src/aggregate/aggregate-slice.js';
import { mergeSlice } from '../../src/aggregate/window.js';
import { PATH_SLOTS, RESERVED_PATHS, RING_RECORDS, SLICE_RECORDS } from '../../src/core/limits.js';
import { createThreadMemory, PATH_MASK, type ThreadMemory } from '../../src/memory/thread-memory.js';
import { createAgentMemory, JOURNAL_DONE } from '../../src/memory/window-memory.js';
import { logNormalNs, pathMediansNs, seeded } from '../durations.js';
import { type Alternative, interleave } from '../interleaved.js';

/** What the parent asks: costs of these settings in ns a record, one a round. */
export interface AggregateQuestion {
  paths: number[];
  threads: number[];
  /** Paths where threads vary, and threads where paths vary. */
  fixedPaths: number;
  fixedThreads: number;
  peerPaths: number;
  rounds: { warmUp: number; measured: number };
}

type AggregateWorker = (task: { kind: 'slice'; memory: SharedArrayBuffer; from: number; to: number }) => Promise<{ records: number }>;

const { default: aggregate } = (await import(new URL('../../../dist/workers/aggregate.js', import.meta.url).href)) as { default: AggregateWorker };
const question = workerData as AggregateQuestion;
const NS_PER_MS = 1e6;

/** A full ring of one application thread, its records spread evenly over the paths. */
function fullRing(serial: number, paths: number): ThreadMemory {
  const memory = createThreadMemory(RING_RECORDS, serial, serial, 0);
  const mediansNs = pathMediansNs(seeded(paths), paths);
  const random = seeded(serial + 1);
  for (let i = 0; i < RING_RECORDS; i++) {
    const path = Math.floor(random() * paths);
    memory.ringWords[i * 4] = RESERVED_PATHS + path;
    memory.ringWords[i * 4 + 1] = i;
    memory.ringValues[i * 2 + 1] = logNormalNs(random, mediansNs[path]);
  }
  return memory;
}

/** Settings take turns; each keeps its own place in its rings, and takes the threads in turn, as the agent does. */
class Setting {
  readonly costsNs: number[] = [];
  private readonly rings: ThreadMemory[];
  private turn = 0;

  constructor(paths: number, threads: number) {
    this.rings = Array.from({ length: threads }, (_, serial) => fullRing(serial, paths));
  }

  async measureNs(slices: number): Promise<number> {
    let records = 0;
    const startMs = performance.now();
    for (let i = 0; i < slices; i++) {
      const ring = this.rings[this.turn % this.rings.length];
      const from = (Math.floor(this.turn / this.rings.length) * SLICE_RECORDS) % RING_RECORDS;
      this.turn++;
      records += (await aggregate({ kind: 'slice', memory: ring.sab, from, to: from + SLICE_RECORDS })).records;
    }
    const spentMs = performance.now() - startMs;
    if (records !== slices * SLICE_RECORDS) throw new Error(`${slices} slices gave ${records} records`);
    return (spentMs * NS_PER_MS) / records;
  }
}

/** The agent thread's half: adds slices to a window that already holds them, as most windows do after their first seconds. */
class Merge {
  private readonly memory = createAgentMemory();
  private readonly slices: SliceCounts[];
  private readonly ids = Uint16Array.from({ length: PATH_SLOTS }, (_, id) => id);

  constructor(paths: number) {
    const ring = fullRing(0, paths);
    const aggregator = new SliceAggregator(SLICE_RECORDS);
    this.slices = [0, 1, 2, 3].map((i) => aggregator.aggregate(ring, i * SLICE_RECORDS, (i + 1) * SLICE_RECORDS));
    this.measureNs();
  }

  measureNs(): number {
    const { head, windows } = this.memory;
    const startMs = performance.now();
    for (const slice of this.slices) {
      head[JOURNAL_DONE] = 0;
      mergeSlice(windows[0], slice, this.ids, head);
    }
    return ((performance.now() - startMs) * NS_PER_MS) / (this.slices.length * SLICE_RECORDS);
  }
}

/** The peers record the same ring one value at a time, each path in a histogram of its own. */
function peers(paths: number): Alternative[] {
  const { ringWords, ringValues } = fullRing(0, paths);
  const wasm = Array.from({ length: paths }, () =>
    hdr.build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: 3.6e12,
      numberOfSignificantValueDigits: 3,
      bitBucketSize: 64,
      useWebAssembly: true,
    }),
  );
  const native = Array.from({ length: paths }, () => createHistogram({ lowest: 1, highest: 3.6e12, figures: 3 }));
  const each = (record: (path: number, value: number) => void): number => {
    const startMs = performance.now();
    for (let i = 0; i < SLICE_RECORDS; i++) record((ringWords[i * 4] & PATH_MASK) - RESERVED_PATHS, ringValues[i * 2 + 1]);
    return ((performance.now() - startMs) * NS_PER_MS) / SLICE_RECORDS;
  };
  return [
    { name: 'hdr-histogram-js WASM', measureNs: () => each((path, value) => wasm[path].recordValue(value)) },
    { name: 'perf_hooks', measureNs: () => each((path, value) => native[path].record(value)) },
  ];
}

await hdr.initWebAssembly();
const settings = new Map<string, Setting>();
for (const paths of question.paths) settings.set(`${paths} paths`, new Setting(paths, question.fixedThreads));
for (const threads of question.threads) settings.set(`${threads} threads`, new Setting(question.fixedPaths, threads));
const alternatives = peers(question.peerPaths);
for (const paths of question.paths) {
  const merge = new Merge(paths);
  alternatives.push({ name: `merge of ${paths} paths`, measureNs: () => merge.measureNs() });
}
const costs: Record<string, number[]> = {};
const keep = (name: string, costNs: number): void => void (costs[name] ??= []).push(costNs);
const all = [...settings];
for (let round = -question.rounds.warmUp; round < question.rounds.measured; round++) {
  for (let i = 0; i < all.length; i++) {
    const [name, setting] = all[(i + round + question.rounds.warmUp) % all.length];
    const costNs = await setting.measureNs(4);
    if (round >= 0) keep(name, costNs);
  }
  for (const [name, [costNs]] of Object.entries(interleave(alternatives, { warmUp: 0, measured: 1 }))) if (round >= 0) keep(name, costNs);
}
parentPort!.postMessage(costs);
