// What is known of a process that ended before its first report: its leaks, its stalls, and what lies under heap/.
import type { Leak, Stall } from './report-types.js';
import { stallLines, stallsShown } from './text-cpu.js';
import { leakLines } from './text-leaks.js';
import { printable } from './text-table.js';

/** Ends with a line break. */
export function renderWithoutReport(
  directory: string,
  { stalls, leaks, heapFiles }: { stalls: readonly Stall[]; leaks: readonly Leak[]; heapFiles: readonly string[] },
  width: number,
): string {
  const lines = [printable(directory), '  no report: the process ended before its first window did, or that has not ended yet'];
  if (leaks.length > 0) lines.push('', 'leaks', ...leakLines({ leaks: [...leaks], processes: [] }, width));
  if (stalls.length > 0) lines.push('', `stalls${stallsShown(stalls.length)}`, ...stallLines({ stalls: [...stalls], processes: [] }, width));
  if (heapFiles.length > 0)
    lines.push('', 'heap files, by an alert, on demand, or near the heap limit', ...heapFiles.map((file) => `  ${printable(file)}`));
  return `${lines.join('\n')}\n`;
}
