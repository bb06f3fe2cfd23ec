// One situation by figures alone: the guard is asked as in a service, and what a snapshot of such a heap takes is drawn from what such snapshots took.
import { predictSnapshot, refuseSnapshot } from '../../src/agent/evidence/snapshot-admission.js';
import { BYTES_PER_MIB } from '../../src/core/units.js';
import { fits } from './judge.js';
import type { ShapeName } from './shapes.js';
import type { Judged, Measured, Situation } from './situation.js';

/** Least and most that was measured, Node.js 20 to 26, heaps of 8 to 350 MiB: this evaluation's real processes, and LEAKS 2.6. */
interface Model {
  largeRatio: Range;
  /** Memory and file, times the heap. */
  spikeRatio: Range;
  fileRatio: Range;
}
type Range = readonly [least: number, most: number];

const MODELS: Record<ShapeName, Model> = {
  objects: { largeRatio: [0, 0.05], spikeRatio: [9, 22], fileRatio: [1.4, 2.4] },
  sessions: { largeRatio: [0, 0.05], spikeRatio: [7, 12], fileRatio: [1.4, 2.1] },
  strings: { largeRatio: [0, 0.05], spikeRatio: [0.9, 4], fileRatio: [0.4, 1.2] },
  json: { largeRatio: [0, 0.05], spikeRatio: [9, 18], fileRatio: [1.2, 2.5] },
  arrays: { largeRatio: [0, 0.2], spikeRatio: [8, 32], fileRatio: [1.3, 2.3] },
  pointers: { largeRatio: [0.73, 0.95], spikeRatio: [79, 147], fileRatio: [2, 4.4] },
  map: { largeRatio: [0.43, 0.9], spikeRatio: [19, 110], fileRatio: [0.7, 2] },
  mixed: { largeRatio: [0.02, 0.1], spikeRatio: [4, 12], fileRatio: [0.9, 1.5] },
};
/** What else the process takes while the snapshot is made: the agent goes on. */
const DRIFT_MIB_MAX = 24;
const PAUSE_MS_MAX = Number.MAX_VALUE;

export function runSimulated(situation: Situation, random: () => number): Judged {
  const { shape, heapMib, leftMib, diskMib, isDiskMemory } = situation;
  const usedBytes = heapMib * BYTES_PER_MIB;
  const from = ([least, most]: Range): number => least + (most - least) * random();
  const model = MODELS[shape];
  const largeRatio = from(model.largeRatio);
  // More of it in large objects takes more.
  const [least, most] = model.spikeRatio;
  const spikeMost =
    shape === 'pointers' || shape === 'map' || shape === 'arrays' ? least + (most - least) * (largeRatio / model.largeRatio[1]) : most;
  const heap = { usedBytes, largeRatio, codeRatio: 0, limitBytes: null, collectionMs: null };
  const { spikeBytes: predictedBytes } = predictSnapshot(heap, false);
  const taken = { spikeBytes: usedBytes * from([least, spikeMost]), fileBytes: usedBytes * from(model.fileRatio) };
  const measured: Measured = { usedBytes, largeRatio, predictedBytes, ...taken, pauseMs: 0 };
  const room = {
    memory: { leftBytes: leftMib * BYTES_PER_MIB, of: "below the cgroup's limit" },
    diskBytes: diskMib === null ? null : diskMib * BYTES_PER_MIB,
    isDiskMemory,
    pauseMsMax: PAUSE_MS_MAX,
  };
  const refused = refuseSnapshot(heap, room, false);
  const judged = { situation, isReal: false, emptyFiles: 0, halfFiles: 0, measured, tookMs: 0 };
  if (refused !== null) return { ...judged, outcome: 'refused', isRefusalRight: !fits(situation, taken), reason: refused };
  const drifted = { ...taken, spikeBytes: taken.spikeBytes + DRIFT_MIB_MAX * BYTES_PER_MIB * random() };
  const isKilled = !fits({ ...situation, diskMib: null }, drifted);
  const outcome = isKilled ? 'killed' : fits(situation, taken) ? 'taken' : 'lost';
  return { ...judged, outcome, isRefusalRight: null, reason: '' };
}
