// A service with a heap of one shape, under pitot, that asks for a snapshot when it is told to on stdin, and prints what came of it as JSON.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import v8 from 'node:v8';
import { takeHeapSnapshot } from 'pitot';
import { makeUpOf, predictSnapshot } from '../../src/agent/evidence/snapshot-admission.js';
import { BYTES_PER_MIB } from '../../src/core/units.js';
import { seededRandom } from '../../src/flame/diff/seeded-random.js';
import { SHAPES, type ShapeName } from './shapes.js';

export interface AskingTask {
  shape: ShapeName;
  heapMib: number;
  seed: number;
}

/** file: empty where it was refused, and `refused` says why. */
export interface AskingAnswer {
  file: string;
  refused: string;
  usedBytes: number;
  largeRatio: number;
  predictedBytes: number;
  fileBytes: number;
  rssBeforeBytes: number;
  /** Most resident memory since. */
  rssPeakBytes: number;
  pauseMs: number;
}

/** With what was thrown away and not collected yet, as in any service. */
const usedBytes = (): number => v8.getHeapStatistics().used_heap_size;

function build({ shape, heapMib, seed }: AskingTask): unknown[] {
  const kept: unknown[] = [];
  const random = seededRandom(seed);
  const enoughBytes = usedBytes() + heapMib * BYTES_PER_MIB;
  while (usedBytes() < enoughBytes) SHAPES[shape].grow(kept, random);
  return kept;
}

const kibibytes = (name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;

async function ask(): Promise<AskingAnswer> {
  const heap = { usedBytes: usedBytes(), limitBytes: null, collectionMs: null, ...makeUpOf(spaces()) };
  const predictedBytes = predictSnapshot(heap, process.version.startsWith('v20.')).spikeBytes;
  // The most resident memory begins anew.
  writeFileSync('/proc/self/clear_refs', '5');
  const rssBeforeBytes = kibibytes('VmRSS');
  let lastMs = performance.now();
  let pauseMs = 0;
  const turn = setInterval(() => {
    pauseMs = Math.max(pauseMs, performance.now() - lastMs);
    lastMs = performance.now();
  }, 5);
  const outcome = await takeHeapSnapshot();
  // The loop turns once more when main has stood still.
  await new Promise((resolve) => setTimeout(resolve, 10));
  clearInterval(turn);
  const file = 'file' in outcome ? outcome.file : '';
  return {
    file,
    refused: 'refused' in outcome ? outcome.refused : '',
    usedBytes: heap.usedBytes,
    largeRatio: heap.largeRatio,
    predictedBytes,
    fileBytes: file === '' ? 0 : statSync(file).size,
    rssBeforeBytes,
    rssPeakBytes: kibibytes('VmHWM'),
    pauseMs,
  };
}

const spaces = () => v8.getHeapSpaceStatistics().map(({ space_name, space_used_size }) => ({ name: space_name, usedBytes: space_used_size }));

const kept = build(JSON.parse(process.argv[2]) as AskingTask);
process.stdin.once('data', async () => {
  process.stdout.write(`${JSON.stringify(await ask())}\n`);
  process.exit(kept.length > 0 ? 0 : 1);
});
process.stdout.write('ready\n');
