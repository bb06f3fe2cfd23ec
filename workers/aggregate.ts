// Pool worker: counts ring slices, writes reports and pages. Stateless: each task carries what it needs.

import type { PoolTask, SliceTask } from '../src/agent/pool-tasks.js';
import { SliceAggregator, type SliceCounts } from '../src/aggregate/aggregate-slice.js';
import { SLICE_RECORDS } from '../src/core/limits.js';
import { osThreadId } from '../src/core/os-thread-id.js';
import { viewThreadMemory } from '../src/memory/thread-memory.js';

const aggregator = new SliceAggregator(SLICE_RECORDS);
// Loaded before it is needed: a process that ends soon waits for its report.
const reports = import('../src/report/write-report.js');
const figures = import('../src/report/window-figures.js');
const stalls = import('../src/report/stall-samples.js');

export default async function run(task: PoolTask): Promise<unknown> {
  switch (task.kind) {
    case 'slice':
      return slice(task);
    case 'identify':
      await reports;
      return { tid: osThreadId(), heapBytes: heapBytes() };
    case 'figures':
      return (await figures).countedFigures(task);
    case 'report':
      return (await reports).writeReport(task);
    case 'page':
      return (await reports).writePage(task);
    case 'stall':
      return (await stalls).readStallSamples(task, true);
  }
}

function slice({ memory, from, to, spans }: SliceTask): SliceCounts {
  const thread = viewThreadMemory(memory);
  if (thread === null) throw new Error('ring memory of another layout');
  return aggregator.aggregate(thread, from, to, spans);
}

function heapBytes(): number {
  const { heapTotal, external } = process.memoryUsage();
  return heapTotal + external;
}
