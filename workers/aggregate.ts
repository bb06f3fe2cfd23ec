// Pool worker: counts ring slices, writes reports and pages. Stateless: each task carries what it needs.
import { readlinkSync } from 'node:fs';
import { SliceAggregator, type SliceCounts } from '../src/aggregate/aggregate-slice.js';
import { SLICE_RECORDS } from '../src/core/limits.js';
import { viewThreadMemory } from '../src/memory/thread-memory.js';
import type { PoolTask } from '../src/agent/pool-tasks.js';

const aggregator = new SliceAggregator(SLICE_RECORDS);

export default async function run(task: PoolTask): Promise<unknown> {
  switch (task.kind) {
    case 'slice':
      return slice(task.memory, task.from, task.to);
    case 'identify':
      return { tid: osThreadId(), heapBytes: heapBytes() };
    case 'report':
      return (await import('../src/report/write-report.js')).writeReport(task);
    case 'page':
      return (await import('../src/report/write-report.js')).writePage(task);
  }
}

function slice(memory: SharedArrayBuffer, from: number, to: number): SliceCounts {
  const thread = viewThreadMemory(memory);
  if (thread === null) throw new Error('ring memory of another layout');
  return aggregator.aggregate(thread, from, to);
}

function heapBytes(): number {
  const { heapTotal, external } = process.memoryUsage();
  return heapTotal + external;
}

function osThreadId(): number {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1)) || 0;
  } catch {
    return 0;
  }
}
