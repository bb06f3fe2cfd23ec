// What is known of a process that ended before its first report: its leaks and its stalls.
import type { Leak, Stall } from './report-types.js';
import { stallLines, stallsShown } from './text-cpu.js';
import { leakLines } from './text-leaks.js';
import { printable } from './text-table.js';

/** Ends with a line break. */
export function renderWithoutReport(
  directory: string,
  { stalls, leaks }: { stalls: readonly Stall[]; leaks: readonly Leak[] },
  width: number,
): string {
  const lines = [printable(directory), '  no report: the process ended before its first window did, or that has not ended yet'];
  if (leaks.length > 0) lines.push('', 'leaks', ...leakLines({ leaks: [...leaks], processes: [] }, width));
  if (stalls.length > 0) lines.push('', `stalls${stallsShown(stalls.length)}`, ...stallLines({ stalls: [...stalls], processes: [] }, width));
  return `${lines.join('\n')}\n`;
}
